using Microsoft.Extensions.Options;
using RunLedger.Folding;
using RunLedger.Service.Outward;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Service.Channels;

/// <summary>
/// Sends one message: claimed in one transaction, sent outside of any, settled in another. What dies in between is sent
/// again under the same id when the claim is over.
/// </summary>
sealed partial class DeliveryTurn(
    ILedgerTransactions ledger,
    ChannelSender sender,
    IOptions<ChannelOptions> options,
    IOptions<OutwardOptions> outward,
    TimeProvider time,
    ILogger<DeliveryTurn> log)
{
    const string NeverTold = "It was never told through this channel, so its end is not either.";

    /// <summary>Of a message that is itself refused, although its channel works.</summary>
    const int LeastRefusals = 5;
    const int MostDoublings = 12;

    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Noted = TimeSpan.FromMinutes(1);

    /// <summary>What was put so lately was put within its hours.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <summary>The channels for which something waits.</summary>
    public Task<List<string>> Waiting(CancellationToken cancellationToken) =>
        ledger.InOne(sql => DeliverySql.Waiting(sql, cancellationToken), cancellationToken);

    /// <summary>Sends the next message of a channel.</summary>
    /// <returns>
    /// How long the channel is left alone then: nothing gets through, or (zero) nothing is to be sent. Null where the
    /// next message may follow.
    /// </returns>
    public async Task<TimeSpan?> Once(string channelName, CancellationToken cancellationToken)
    {
        var now = Now;
        var (channel, delivery) = await ledger.InOne(
            sql => Take(sql, channelName, now, cancellationToken), cancellationToken);
        if (channel is null || delivery is null)
            return delivery is null ? TimeSpan.Zero : null;
        var result = await sender.Send(channel, delivery.Id, delivery.Message, cancellationToken);
        now = Now;
        await ledger.InOne(sql => Settle(sql, channel, delivery, result, now, cancellationToken), cancellationToken);
        if (!result.Delivered && channel.FailingSince is null)
            NotTold(log, channel.Name, result.Said);
        if (result.Delivered || channel.FailingSince is not { } since || now - since < options.Value.RetryAfter)
            return null;
        // As long as its receiver asks: the others that wait would only knock more often.
        return Longer(options.Value.RetryAfter, result.RetryAfter);
    }

    async Task<(Channel?, Delivery?)> Take(
        LedgerSql sql, string channelName, DateTime now, CancellationToken cancellationToken)
    {
        var delivery = await DeliverySql.Claim(
            sql, channelName, now, outward.Value.TimeLimit + Margin, LongestPause * 2, cancellationToken);
        if (delivery is null)
            return (null, null);
        if (delivery.Kind == MessageKinds.Recovered
            && !await DeliverySql.WasTold(sql, delivery.IncidentId, channelName, cancellationToken))
        {
            await DeliverySql.Dropped(sql, delivery, now, NeverTold, cancellationToken);
            return (null, delivery);
        }

        if ((delivery.Tried > 0 || now - delivery.CreatedAt > Fresh)
            && await DeliverySql.Hours(sql, delivery.IncidentId, cancellationToken) is { } hours
            && !hours.Contains(now))
        {
            await DeliverySql.PutOff(sql, delivery, hours.Next(now, LongestPause), cancellationToken);
            return (null, delivery);
        }

        return (await ChannelSql.Find(sql, channelName, cancellationToken), delivery);
    }

    async Task<bool> Settle(
        LedgerSql sql,
        Channel channel,
        Delivery delivery,
        OutwardResult result,
        DateTime now,
        CancellationToken cancellationToken)
    {
        if (result.Delivered)
        {
            // The channel first, as whoever changes it does: two that take the other way round wait for each other.
            await ChannelSql.Worked(sql, delivery.Channel, now, now - Noted, cancellationToken);
            await DeliverySql.Delivered(sql, delivery, now, cancellationToken);
            return true;
        }

        await ChannelSql.Failed(sql, delivery.Channel, now, result.Said, cancellationToken);
        if (now - delivery.CreatedAt >= options.Value.GiveUpAfter || IsItself(channel, delivery, result))
            await DeliverySql.Dropped(sql, delivery, now, result.Said, cancellationToken);
        else
            await DeliverySql.Failed(
                sql, delivery, now + Pause(delivery.Tried, result), result.Said, cancellationToken);
        return false;
    }

    // A receiver that refuses everything, as one does that was given a wrong key, is to be put right, and what waits
    // for it waits: a message is to blame where others got through since it was refused last, and since the channel was
    // put as it is.
    static bool IsItself(Channel channel, Delivery delivery, OutwardResult result) =>
        result.IsAboutMessage && delivery.Tried + 1 >= LeastRefusals && channel.FailingSince is null
        && channel.DeliveredAt >= channel.PutAt
        && delivery.Fault is { } before && Answer(before) == Answer(result.Said);

    // "It answered 400: …": the rest may be another one each time.
    static string Answer(string said) => said.Split(':')[0];

    TimeSpan Pause(int tried, OutwardResult result)
    {
        var pause = options.Value.RetryAfter * Math.Pow(2, Math.Min(tried, MostDoublings));
        pause = Longer(pause, result.RetryAfter);
#pragma warning disable CA5394 // so that those that failed together do not come again together; nothing is secret in it
        return pause * (0.8 + (0.4 * Random.Shared.NextDouble()));
#pragma warning restore CA5394
    }

    static TimeSpan Longer(TimeSpan pause, TimeSpan? asked) =>
        (asked > pause ? asked.Value : pause) is var longer && longer < LongestPause ? longer : LongestPause;

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));

    [LoggerMessage(142, LogLevel.Warning, "Nothing gets through the channel {Channel}: {Fault} It is tried again.")]
    static partial void NotTold(ILogger log, ForeignText channel, ForeignText fault);
}
