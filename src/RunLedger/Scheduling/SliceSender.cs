using System.Net.Sockets;
using System.Threading.Channels;
using System.Web;
using MassTransit;
using RabbitMQ.Client.Exceptions;
using RunLedger.Intake;
using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>
/// Sends the rows of one claim: all at once, those of one run one after another. What fails is tried again alone, so
/// that a message is judged by its own failure and not by that of a neighbour. Where nothing went before goes alone
/// too: an address the broker refuses closes the channel under all others, and one of several that declare it at once
/// may never return (the pending setups of MassTransit's OneTimeContextPayload).
/// </summary>
/// <param name="proven">Addresses that took a message; kept from slice to slice.</param>
sealed class SliceSender(
    MessageSender sender, Rejections rejections, RunLedgerOptions options, TimeProvider time, HashSet<string> proven)
{
    /// <summary>Beyond it all are proven anew; services that ask for answers have an address each.</summary>
    const int MaxProven = 10_000;

    static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What the broker's being away looks like; the last one met.</summary>
    public Exception? Away { get; private set; }

    /// <summary>The runs, or tokens where there is no run, of what the broker did not take.</summary>
    public List<Guid> Left { get; } = [];

    /// <param name="abort">Gives up what is on the way.</param>
    public async Task<ClaimResult> Send(IBus bus, IReadOnlyList<ScheduledRow> rows, CancellationToken abort)
    {
        var result = new ClaimResult();
        var chains = rows.GroupBy(Chain).Select(chain => new Queue<ScheduledRow>(chain)).ToList();
        var (known, unknown) = Split(chains);
        await SendTogether(bus, known, result, abort);
        var rest = new List<Queue<ScheduledRow>>();
        foreach (var chain in unknown)
        {
            // The first of an address proves it to the others.
            if (IsProven(chain))
                rest.Add(chain);
            else if (Away is null)
                await SendAlone(bus, chain, result, abort);
        }

        await SendTogether(bus, rest, result, abort);
        Left.AddRange(chains.Where(chain => chain.Count > 0).Select(chain => Chain(chain.Peek())));
        return result;
    }

    (List<Queue<ScheduledRow>> Known, List<Queue<ScheduledRow>> Unknown) Split(List<Queue<ScheduledRow>> chains)
    {
        if (proven.Count > MaxProven)
            proven.Clear();
        var known = chains.Where(IsProven).ToList();
        return (known, known.Count == chains.Count ? [] : [.. chains.Except(known)]);
    }

    async Task SendTogether(IBus bus, List<Queue<ScheduledRow>> chains, ClaimResult result, CancellationToken abort)
    {
        var failures = await Task.WhenAll(chains.Select(chain => SendAll(bus, chain, result, alone: false, abort)));
        foreach (var (chain, failure) in chains.Zip(failures))
        {
            if (failure is not null)
                proven.Remove(Address(chain.Peek()));
            if (failure is not null && !IsAway(failure))
                await SendAlone(bus, chain, result, abort);
            else
                Away = failure ?? Away;
        }
    }

    async Task SendAlone(IBus bus, Queue<ScheduledRow> chain, ClaimResult result, CancellationToken abort)
    {
        while (await SendAll(bus, chain, result, alone: true, abort) is { } failure)
        {
            if (IsAway(failure))
            {
                Away = failure;
                return;
            }

            SetAside(chain.Dequeue(), failure, result);
        }
    }

    /// <summary>Sends until the first failure; what it has not sent is still in the chain.</summary>
    async Task<Exception?> SendAll(
        IBus bus, Queue<ScheduledRow> chain, ClaimResult result, bool alone, CancellationToken abort)
    {
        while (chain.TryPeek(out var row))
        {
            using var timeout = new CancellationTokenSource(SendTimeout, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
            var attempt = new SendAttempt(alone, end);
            DateTime? next;
            try
            {
                next = RecurringMessage.Next(row, Now);
                RefuseUnknownExchangeType(row.Destination);
                if (IsSent(row))
                    await sender.Send(bus, row, attempt);
                if (alone)
                    proven.Add(Address(row));
            }
            catch (Exception e)
            {
                return attempt.Refusal ?? e;
            }

            chain.Dequeue();
            lock (result)
                Done(row, next, result);
        }

        return null;
    }

    void SetAside(ScheduledRow row, Exception failure, ClaimResult result)
    {
        var urn = row.MessageTypes.Split(';')[0];
        result.Rejected.Add(rejections.Of(
            urn[(urn.LastIndexOf(':') + 1)..],
            options.SchedulerQueue,
            row.ContentType,
            row.Body,
            $"It was due {row.DueAt:u} and could not be sent to {row.Destination ?? "the exchange of its type"}: "
            + $"{failure.Message} Mend the address, or what it names, and schedule the message again."));
        // A schedule that cannot be read here any more, such as one of a time zone that is gone, has no next time.
        Done(row, failure is UnschedulableException ? null : RecurringMessage.Next(row, Now), result);
    }

    static void Done(ScheduledRow row, DateTime? next, ClaimResult result)
    {
        if (next is { } due)
            result.Moved.Add((row.Token, due));
        else
            result.Gone.Add(row.Token);
    }

    bool IsSent(ScheduledRow row) =>
        row.Schedule is null || CronSchedule.Read(row.Schedule).Sends(row.DueAt, Now);

    // Declaring one ends the connection, and with it whatever else is on its way. Those of plug-ins begin with x-.
    static void RefuseUnknownExchangeType(string? destination)
    {
        if (destination?.Contains("type=", StringComparison.Ordinal) is not true
            || !Uri.TryCreate(destination, UriKind.Absolute, out var address)
            || HttpUtility.ParseQueryString(address.Query)["type"] is not { } type
            || type is "direct" or "fanout" or "topic" or "headers"
            || type.StartsWith("x-", StringComparison.Ordinal))
            return;
        throw new UnschedulableException(
            $"No broker has exchanges of type '{CutText.To(type, 40)}': use direct, fanout, topic or headers.");
    }

    DateTime Now => time.GetUtcNow().UtcDateTime;

    bool IsProven(Queue<ScheduledRow> chain) => chain.All(row => proven.Contains(Address(row)));

    static string Address(ScheduledRow row) => row.Destination ?? row.MessageTypes;

    static Guid Chain(ScheduledRow row) => row.RunId ?? row.Token;

    static bool IsAway(Exception failure) => failure switch
    {
        AlreadyClosedException => false,
        OperationInterruptedException refused => refused.ShutdownReason?.ReplyCode is not
            (311 or 312 or 313 or 402 or 403 or 404 or 405 or 406 or 530),
        ConnectionException or TransportUnavailableException or BrokerUnreachableException or OperationCanceledException
            or TimeoutException or IOException or SocketException or ObjectDisposedException
            // RabbitMQ.Client's queue of frames, closed by the end of the connection while a publish is on its way.
            or ChannelClosedException => true,
        _ => false,
    };
}
