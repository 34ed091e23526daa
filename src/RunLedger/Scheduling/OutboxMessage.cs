using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using UUIDNext;

namespace RunLedger.Scheduling;

/// <summary>Makes rows of the ledger's own messages, in MassTransit's envelope.</summary>
static class OutboxMessage
{
    /// <summary>
    /// A notice as it goes out. Its id follows from what it says, so that it is one message however often the commit
    /// that says so is tried.
    /// </summary>
    public static ScheduledRow From(LedgerNotice notice)
    {
        var id = Uuid.NewNameBased(
            notice.ProcessRunId, $"{notice.GetType().Name} {LedgerTime.Of(notice.OccurredAt)} {notice.Reason}");
        return notice switch
        {
            RunStuck stuck => Row(stuck),
            RunOrphaned orphaned => Row(orphaned),
            RunRecovered recovered => Row(recovered),
            _ => throw new ArgumentException($"{notice.GetType().Name} is no notice of the ledger."),
        };

        ScheduledRow Row<T>(T message)
            where T : class => From(message, id, notice.OccurredAt, notice.ProcessRunId);
    }

    /// <param name="message">It goes out under the name of <typeparamref name="T"/>.</param>
    /// <param name="id">Its message id and token. What is stored again with the same id is one message.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <param name="runId">Messages of one run go out in order.</param>
    /// <param name="destination">An address of the bus; null to publish it.</param>
    /// <param name="due">When; null for at once.</param>
    public static ScheduledRow From<T>(
        T message, Guid id, DateTimeOffset now, Guid? runId = null, Uri? destination = null, DateTimeOffset? due = null)
        where T : class
    {
        var context = new MessageSendContext<T>(message)
        {
            MessageId = id,
            ConversationId = id,
            CorrelationId = runId,
            DestinationAddress = destination,
            Serializer = SystemTextJsonMessageSerializer.Instance,
        };
        if (due > now)
            context.Headers.Set(MessageHeaders.SchedulingTokenId, id.ToString());
        return new ScheduledRow
        {
            Token = id,
            DueAt = LedgerTime.Time(LedgerTime.Of(due ?? now)),
            SentAt = LedgerTime.Time(LedgerTime.Of(now)),
            RunId = runId,
            Destination = destination?.ToString(),
            MessageTypes = string.Join(';', context.SupportedMessageTypes),
            MessageId = id,
            Headers = ScheduledHeaders.Of(context, expiresAt: null).Json(),
            ContentType = context.ContentType.ToString(),
            Body = context.Body.GetBytes(),
        };
    }
}
