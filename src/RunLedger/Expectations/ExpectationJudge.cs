using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.Scheduling;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Expectations;

/// <summary>
/// Gives runs their slots, and judges slots whose grace is over. An expectation at a time, a slice in one transaction,
/// which holds its row: of several replicas one does it, and what dies in the middle has done nothing.
/// </summary>
sealed class ExpectationJudge(
    ILedgerTransactions ledger,
    DispatchSignal signal,
    RunLedgerOptions options,
    TimeProvider time,
    LedgerMeter meter,
    ILogger<ExpectationJudge> logger)
{
    /// <summary>The most slots that are judged of one that nobody judged for long: the newest.</summary>
    public const int MostUnjudged = 1_000;

    /// <summary>Runs, and slots, of one transaction.</summary>
    const int SliceSize = 500;

    /// <summary>What another replica has not committed for longer than that, it never will.</summary>
    static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    /// <summary>How far back runs are looked for where the clock was ahead, and nobody knows since when.</summary>
    static readonly TimeSpan AfterAhead = TimeSpan.FromDays(1);

    static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, PatternLook> _looks = new(StringComparer.Ordinal);

    /// <summary>
    /// The expectations; and every candidate the ledger has runs of, where one of them is for a pattern, up to one more
    /// than are looked for by their codes.
    /// </summary>
    public Task<(List<string> Names, List<string> Candidates)> Known(CancellationToken cancellationToken) =>
        ledger.InOne(
            async sql =>
            {
                var all = await ExpectationSql.All(sql, cancellationToken);
                return (
                    all.ConvertAll(expected => expected.Name),
                    all.Exists(expected => expected.IsPattern)
                        ? await ExpectationSql.Candidates(sql, Expectation.MostCandidates + 1, cancellationToken)
                        : []);
            },
            cancellationToken);

    /// <summary>Judges a slice of one expectation.</summary>
    /// <param name="name">Which.</param>
    /// <param name="candidates">All there are, where it may be for a pattern; or more than are looked for.</param>
    /// <param name="caughtUp">Up to when everything that was published is in the tables.</param>
    /// <param name="gap">When nobody looked.</param>
    /// <param name="cancellationToken">Ends it, with nothing done.</param>
    /// <returns>Whether there is more to do.</returns>
    /// <exception cref="UnschedulableException">It cannot be judged as it is.</exception>
    public async Task<bool> Judge(
        string name,
        IReadOnlyCollection<string> candidates,
        DateTime caughtUp,
        JudgingGap gap,
        CancellationToken cancellationToken)
    {
        _looks.TryRemove(name, out var look);
        var (more, told, missed, came, next) = await ledger.InOne<(bool, List<ScheduledRow>, int, int, PatternLook?)>(
            async sql =>
            {
                if (await ExpectationSql.Take(sql, name, cancellationToken) is not { } expected)
                    return (false, [], 0, 0, null);
                var late = await Hear(
                    sql, expected, candidates, caughtUp, look?.IsAt(expected, caughtUp) == true ? look : null,
                    cancellationToken);
                var told = late.Said.ToList();
                var missed = 0;
                var slots = late.More ? [] : Due(expected, caughtUp, gap);
                var filled = slots.Count == 0
                    ? []
                    : await ExpectationSql.Filled(sql, name, slots[0], slots[^1], cancellationToken);
                foreach (var slot in slots.Where(slot => !filled.Contains(slot)))
                {
                    await ExpectationSql.Miss(sql, name, slot, Now, cancellationToken);
                    told.Add(ExpectationNotices.Missed(expected, slot, Now));
                    missed++;
                }

                foreach (var row in told)
                    await ExpectationSql.Tell(sql, row, cancellationToken);
                // A row that says the same would be written for nothing.
                var isSaved = slots.Count > 0 || (late.HeardUntil - expected.HeardUntil).Duration() > Idle;
                if (isSaved)
                {
                    await ExpectationSql.Looked(
                        sql, name, late.HeardUntil, slots.Count > 0 ? slots[^1] : expected.JudgedUntil,
                        cancellationToken);
                }

                await ExpectationSql.Forget(sql, name, Now - options.Expected.KeepFor, SliceSize, cancellationToken);
                return (
                    late.More || slots.Count == SliceSize, told, missed, late.Said.Count,
                    isSaved && late.Next is { } saved ? saved with { HeardUntil = late.HeardUntil } : late.Next);
            },
            cancellationToken);
        if (next is not null)
            _looks[name] = next;
        signal.Stored(told);
        meter.Judged(missed, came);
        return more;
    }

    // Which runs there are that have no slot yet, and which slots that were missed they take back.
    async Task<(List<ScheduledRow> Said, DateTime HeardUntil, bool More, PatternLook? Next)> Hear(
        LedgerSql sql,
        Expectation expected,
        IReadOnlyCollection<string> candidates,
        DateTime caughtUp,
        PatternLook? look,
        CancellationToken cancellationToken)
    {
        var (now, calendar, said) = (Now, expected.Calendar(), new List<ScheduledRow>());
        var from = expected.HeardUntil <= now ? expected.HeardUntil - Overlap : now - AfterAhead;
        List<HeardRun> heard;
        DateTime heardUntil;
        bool more;
        PatternLook? next = null;
        if (expected.IsPattern && candidates.Count > Expectation.MostCandidates)
        {
            var least = look is null ? 2 * Overlap : TimeSpan.Zero;
            look ??= new(new(from, Guid.Empty), now, caughtUp, expected.HeardUntil);
            (heard, var point) = await PatternRuns.Heard(sql, expected, look.At, least, SliceSize, cancellationToken);
            next = point is { } at ? look with { At = at } : null;
            more = point is not null;
            // What came since the look began may have been committed behind it.
            heardUntil = point?.At < look.Begun ? point.Value.At : look.Begun;
        }
        else
        {
            (heard, var until) = await ExpectationSql.Heard(
                sql, expected.Name, expected.IsPattern ? [.. candidates.Where(expected.IsFor)] : [expected.Candidate],
                from, SliceSize, cancellationToken);
            (heardUntil, more) = (until ?? now, until is not null);
        }

        var known = await UnknownStarts.Recheck(sql, expected.Name, SliceSize, cancellationToken);
        foreach (var run in known.Concat(heard))
        {
            var place = run.BeganAt is { } began ? calendar.PlaceOf(began, run.NominalAt, expected.Early) : null;
            if (place?.Slot < expected.ArmedAt)
                place = null;
            await ExpectationSql.Place(sql, expected.Name, run, place, cancellationToken);
            if (place is { } at && at.Slot <= expected.JudgedUntil
                && await ExpectationSql.TakeBack(sql, expected.Name, at.Slot, run.Id, now, cancellationToken))
                said.Add(ExpectationNotices.CameLate(expected, at.Slot, run, now));
        }

        return (said, heardUntil, more, next);
    }

    // The next that can be judged, a slice. Of a time that is too long only the end.
    List<DateTime> Due(Expectation expected, DateTime caughtUp, JudgingGap gap)
    {
        var due = new Queue<DateTime>();
        var passed = 0;
        foreach (var slot in expected.Calendar().After(expected.JudgedUntil)
            .TakeWhile(slot => gap.DueAt(slot, expected.Grace) <= caughtUp))
        {
            due.Enqueue(slot);
            if (due.Count > MostUnjudged)
            {
                due.Dequeue();
                passed++;
            }
        }

        if (passed > 0)
            Log.SlotsPassedOver(logger, passed, expected.Name, MostUnjudged);
        return [.. due.Take(SliceSize)];
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
