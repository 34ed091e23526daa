using RunLedger.Batching;
using RunLedger.Broker;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Direct;

/// <summary>
/// Takes what is plainly one sound observation from its delivery to the group commit, without MassTransit's pipeline,
/// a scope, a saga instance and a task for it. All else, and what then fails, goes through the pipeline, which has the
/// only say on what is retried, rejected or given back.
/// </summary>
sealed class DirectIntake(
    GroupCommitter committer,
    ObservationValidator door,
    DeadlineEvaluator deadlines,
    Rejections rejections,
    RunLedgerOptions options)
{
    /// <summary>
    /// Commits one that came another way than from a broker; completes when it is committed, or set aside because its
    /// run is archived.
    /// </summary>
    /// <param name="observation">What was observed.</param>
    /// <param name="reject">What to set aside, for a reason.</param>
    /// <param name="sentAt">When it was sent.</param>
    /// <exception cref="RequeueException">The process stops and the database is away: nothing was handled.</exception>
    public Task Commit(Observation observation, Func<string, RejectedRow> reject, DateTime sentAt) =>
        committer.Commit(observation, rows => deadlines.Fold(rows, observation), reject, sentAt);

    /// <inheritdoc cref="TakeDelivery"/>
    public bool TryTake(Delivery delivery, Action<Exception?> settle)
    {
        var headers = delivery.Properties.Headers;
        if (options.ThroughPipeline || LedgerTrace.Wanted(headers)
            || !PlainReading.TryRead(delivery, out var message, out var sentAt)
            || !door.TryValidate(message, out var observation, out _))
            return false;

        committer.Commit(new PendingMessage(
            observation,
            rows => deadlines.Fold(rows, observation),
            Reject,
            sentAt,
            LedgerTrace.Of(headers),
            (_, fault) => settle(fault))
        {
            GoesOn = true,
        });
        return true;

        RejectedRow Reject(string why) => rejections.Of(
            message.GetType().Name,
            options.QueueName,
            delivery.Properties.ContentType,
            delivery.Body.ToArray(),
            why);
    }
}
