using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;
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

    /// <summary>A look takes no longer, nor than the time until the next.</summary>
    static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(5);

    /// <summary>By so much the clock and the time that passes may differ.</summary>
    static readonly TimeSpan Drift = TimeSpan.FromSeconds(10);

    const string PassedMark = "expected";

    /// <summary>What is not judged is said once, and not at every look.</summary>
    readonly HashSet<string> _failing = [];
    bool _short;

    /// <param name="ask">Sends to the ledger's own queue, and returns when the message is there.</param>
    /// <param name="cancellationToken">Ends it between two slices.</param>
    public async Task Once(Func<QueueReached, Task> ask, CancellationToken cancellationToken)
    {
        // First how far the queue is, which others want to know too: what was published until then is in the tables by
        // now, and so are its candidates. And however long it takes to find those, somebody was there.
        var (now, begun) = (Now, time.GetTimestamp());
        var known = await marks.Mark(PassedMark, cancellationToken) is { } passed
            ? JsonSerializer.Deserialize<JudgingGap>(passed)!
            : new JudgingGap(now);
        var gap = known.Passed(now, options.Expected.JudgeEvery);
        var reached = QueuePosition.Parse(await marks.Mark(QueuePosition.Mark, cancellationToken));
        await marks.SetMark(PassedMark, JsonSerializer.Serialize(gap), cancellationToken);
        var (names, candidates) = await judge.Known(cancellationToken);

        gap = await Look(names, candidates, CaughtUp(reached, now), gap, begun, cancellationToken);
        await marks.SetMark(PassedMark, JsonSerializer.Serialize(gap), cancellationToken);
        if (gap.AskedAt is { } asked && asked <= now && now - asked < Patience && !IsSettled(reached, asked, now))
            return;
        await ask(new QueueReached { AskedAt = now });
        await marks.SetMark(PassedMark, JsonSerializer.Serialize(gap with { AskedAt = now }), cancellationToken);
    }

    // A slice of each in turn, so that none keeps the others waiting; where the time is over, the next look begins with
    // those whose turn it was. A look that takes long is no time during which nobody looked.
    async Task<JudgingGap> Look(
        List<string> names,
        List<string> candidates,
        DateTime caughtUp,
        JudgingGap gap,
        long passed,
        CancellationToken cancellationToken)
    {
        var every = options.Expected.JudgeEvery;
        var begun = time.GetTimestamp();
        var turns = new Queue<string>(names.Order(StringComparer.Ordinal)
            .OrderBy(name => string.CompareOrdinal(name, gap.Next) < 0));
        while (turns.TryDequeue(out var name))
        {
            if (await Judge(name, candidates, caughtUp, gap, cancellationToken))
                turns.Enqueue(name);
            (gap, passed) = (Worked(gap, passed), time.GetTimestamp());
            if (turns.Count > 0 && time.GetElapsedTime(begun) >= (every < LongestLook ? every : LongestLook))
                break;
        }

        if (turns.Count > 0 && !_short)
            Log.LookWasShort(logger, turns.Count, names.Count, turns.Peek());
        _short = turns.Count > 0;
        return gap with { Next = turns.TryPeek(out var next) ? next : null };
    }

    // However long that took: only a clock that went otherwise makes a gap. What is judged was there before.
    JudgingGap Worked(JudgingGap gap, long since)
    {
        var (now, took) = (Now, time.GetElapsedTime(since));
        return (now - gap.PassedAt - took).Duration() <= Drift
            ? gap with { PassedAt = now }
            : gap.Passed(now, options.Expected.JudgeEvery);
    }

    async Task<bool> Judge(
        string name,
        List<string> candidates,
        DateTime caughtUp,
        JudgingGap gap,
        CancellationToken cancellationToken)
    {
        try
        {
            var more = await judge.Judge(name, candidates, caughtUp, gap, cancellationToken);
            _failing.Remove(name);
            return more;
        }
        catch (Exception e) when (e is not OperationCanceledException && !IsAway(e))
        {
            // Such as a zone that is not known here; the others do not wait for it.
            if (_failing.Add(name))
                Log.NotJudged(logger, name, new(e.Message));
            return false;
        }
    }

    // The database: it is so for all of them.
    static bool IsAway(Exception e) => e is StoreException { Fault: StoreFault.Unavailable }
        || (e is DbException { IsTransient: true, InnerException: not TimeoutException, SqlState: var state }
            && state?.StartsWith("40", StringComparison.Ordinal) != true);

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
