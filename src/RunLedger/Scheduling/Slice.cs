using System.Net.Sockets;
using MassTransit;
using RabbitMQ.Client.Exceptions;
using RunLedger.Intake;

namespace RunLedger.Scheduling;

/// <summary>
/// Sends the rows of one claim: all at once, those of one run one after another. What fails is tried again alone, so
/// that a message is judged by its own failure and not by that of a neighbour.
/// </summary>
sealed class Slice(MessageSender sender, Rejections rejections, RunLedgerOptions options, TimeProvider time)
{
    static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What the broker's being away looks like; the last one met.</summary>
    public Exception? Away { get; private set; }

    /// <summary>The runs, or tokens where there is no run, of what the broker did not take.</summary>
    public List<Guid> Left { get; } = [];

    /// <param name="abort">Gives up what is on the way.</param>
    public async Task<Settlement> Send(IBus bus, IReadOnlyList<ScheduledRow> rows, CancellationToken abort)
    {
        var settlement = new Settlement();
        var chains = rows.GroupBy(Chain).Select(chain => new Queue<ScheduledRow>(chain)).ToList();
        var failures = await Task.WhenAll(chains.Select(chain => SendAll(bus, chain, settlement, alone: false, abort)));
        foreach (var (chain, failure) in chains.Zip(failures))
        {
            if (failure is not null && !IsAway(failure))
                await SendAlone(bus, chain, settlement, abort);
            else
                Away = failure ?? Away;
        }

        Left.AddRange(chains.Where(chain => chain.Count > 0).Select(chain => Chain(chain.Peek())));
        return settlement;
    }

    async Task SendAlone(IBus bus, Queue<ScheduledRow> chain, Settlement settlement, CancellationToken abort)
    {
        while (await SendAll(bus, chain, settlement, alone: true, abort) is { } failure)
        {
            if (IsAway(failure))
            {
                Away = failure;
                return;
            }

            SetAside(chain.Dequeue(), failure, settlement);
        }
    }

    /// <summary>Sends until the first failure; what it has not sent is still in the chain.</summary>
    async Task<Exception?> SendAll(
        IBus bus, Queue<ScheduledRow> chain, Settlement settlement, bool alone, CancellationToken abort)
    {
        while (chain.TryPeek(out var row))
        {
            using var timeout = new CancellationTokenSource(SendTimeout, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
            var attempt = new Attempt(alone, end);
            try
            {
                await sender.Send(bus, row, attempt);
            }
            catch (Exception e)
            {
                return attempt.Refusal ?? e;
            }

            chain.Dequeue();
            lock (settlement)
            {
                if (row.RepeatEvery is null)
                    settlement.Gone.Add(row.Token);
                else
                    settlement.Moved.Add((row.Token, RecurringMessage.Next(row, time.GetUtcNow().UtcDateTime)));
            }
        }

        return null;
    }

    void SetAside(ScheduledRow row, Exception failure, Settlement settlement)
    {
        var urn = row.MessageTypes.Split(';')[0];
        settlement.Rejected.Add(rejections.Of(
            urn[(urn.LastIndexOf(':') + 1)..],
            $"{options.QueueName}-scheduler",
            row.ContentType,
            row.Body,
            $"It was due {row.DueAt:u} and could not be sent to {row.Destination ?? "the exchange of its type"}: "
            + $"{failure.Message} Mend the address, or what it names, and schedule the message again."));
        if (row.RepeatEvery is null)
            settlement.Gone.Add(row.Token);
        else
            settlement.Moved.Add((row.Token, RecurringMessage.Next(row, time.GetUtcNow().UtcDateTime)));
    }

    static Guid Chain(ScheduledRow row) => row.RunId ?? row.Token;

    static bool IsAway(Exception failure) => failure switch
    {
        AlreadyClosedException => false,
        OperationInterruptedException refused => refused.ShutdownReason?.ReplyCode is not
            (311 or 312 or 313 or 402 or 403 or 404 or 405 or 406 or 530),
        ConnectionException or TransportUnavailableException or BrokerUnreachableException or OperationCanceledException
            or TimeoutException or IOException or SocketException or ObjectDisposedException => true,
        _ => false,
    };
}
