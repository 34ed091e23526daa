using System.Text.Json;
using Microsoft.Extensions.Logging;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Scheduling;
using RunLedger.Telemetry;

namespace RunLedger.Expectations;

/// <summary>
/// Has slots judged, as far as the ledger has caught up: up to the time at which it sent a message through its own
/// queue that was received, and what was received with it had time to be committed.
/// </summary>
sealed class ExpectationSweep(
    ISweepStore marks,
    ExpectationJudge judge,
    RunLedgerOptions options,
    TimeProvider time,
    ILogger<ExpectationSweep> logger)
{
    /// <summary>
    /// Longer than a batch takes that was under way when the message was received: no transaction stands still longer.
    /// </summary>
    static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>After so long without an answer the queue is asked again.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>So many slices of one expectation at most; the next look goes on.</summary>
    const int MaxSlices = 10;

    const string PassedMark = "expected";

    /// <param name="ask">Sends to the ledger's own queue, and returns when the message is there.</param>
    /// <param name="cancellationToken">Ends it between two slices.</param>
    public async Task Once(Func<QueueReached, Task> ask, CancellationToken cancellationToken)
    {
        // How far the queue is others want to know too, where nothing is expected.
        var (names, candidates) = await judge.Known(cancellationToken);
        var now = Now;
        var known = await marks.Mark(PassedMark, cancellationToken) is { } passed
            ? JsonSerializer.Deserialize<JudgingGap>(passed)!
            : new JudgingGap(now);
        var gap = known.Passed(now, options.Expected.JudgeEvery);
        var reached = QueuePosition.Parse(await marks.Mark(QueuePosition.Mark, cancellationToken));
        await marks.SetMark(PassedMark, JsonSerializer.Serialize(gap), cancellationToken);

        foreach (var name in names)
        {
            try
            {
                for (var slice = 0; slice < MaxSlices; slice++)
                {
                    if (!await judge.Judge(name, candidates, CaughtUp(reached, now), gap, cancellationToken))
                        break;
                }
            }
            catch (UnschedulableException e)
            {
                // It could be read when it was armed; the others do not wait for it.
                Log.NotJudged(logger, name, new(e.Message));
            }
        }

        if (gap.AskedAt is { } asked && asked <= now && now - asked < Patience && !IsSettled(reached, asked, now))
            return;
        await ask(new QueueReached { AskedAt = now });
        await marks.SetMark(PassedMark, JsonSerializer.Serialize(gap with { AskedAt = now }), cancellationToken);
    }

    /// <summary>A message through the ledger's queue was received.</summary>
    public Task Reached(QueueReached message, CancellationToken cancellationToken) => marks.SetMark(
        QueuePosition.Mark, new QueuePosition(message.AskedAt, Now).Text(), cancellationToken);

    static DateTime CaughtUp(QueuePosition? reached, DateTime now) =>
        !IsSettled(reached, DateTime.MinValue, now) ? DateTime.MinValue
        : reached!.AskedAt < now ? reached.AskedAt : now;

    static bool IsSettled(QueuePosition? reached, DateTime asked, DateTime now) =>
        reached is not null && reached.AskedAt >= asked && now - reached.ReceivedAt >= Settling;

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
