using System.IO.Enumeration;
using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Deadlines;

/// <summary>
/// Judges runs by the ledger's clock and the limits of their candidates: when to look at a run again, and what to flag
/// when it is looked at. Publishers' clocks decide between observations only; of them only the start counts here.
/// </summary>
sealed class DeadlineEvaluator(RunLedgerOptions options, TimeProvider time)
{
    /// <summary>An orphan is looked for again after as long as it has been one, and at least this often.</summary>
    static readonly TimeSpan SeldomestRecheck = TimeSpan.FromDays(1);

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));

    /// <summary>The first policy whose pattern matches; else the default.</summary>
    public DeadlinePolicy Of(string candidate)
    {
        foreach (var policy in options.Deadlines.Policies)
        {
            if (FileSystemName.MatchesSimpleExpression(policy.Candidate, candidate, ignoreCase: false))
                return policy;
        }

        return options.Deadlines.Default;
    }

    /// <summary>A run after an observation was folded into it: life lifts flags, and the next deadline is set.</summary>
    public (Fold Run, RunRecovered? Recovered) Observed(Fold? before, Fold run, Contract by)
    {
        var now = Now;
        var watch = run.Deadlines ?? new DeadlineState { CreatedAt = now };
        var grew = before is null || run.LastAt > before.LastAt;
        var ended = !run.Endings.IsEmpty;
        if (grew)
            watch = watch with { LiveAt = now };
        var was = watch;
        if (grew || ended)
            watch = watch.Recovered(FlagKind.Stuck, now, by.ToString());
        if (run.Best.Class < 2)
            watch = watch.Recovered(FlagKind.Orphan, now, by.ToString(), Limit.NoRun);

        var newlyEnded = ended && (before is null || before.Endings.IsEmpty);
        watch = watch with
        {
            SettledAt = newlyEnded ? now : ended || watch.Flags.Any(flag => flag.IsOpen) ? watch.SettledAt : null,
        };
        var policy = Of(run.Identities.First.Of);
        var check = OrphanCheck(before, run, watch, policy, now);
        var next = DeadlineState.Earlier(StuckAt(run, watch, policy)?.At, check);

        // A deadline that is set stays, though the run lives: moving an indexed column costs more than looking once more.
        watch = watch with { DeadlineAt = next is null ? null : DeadlineState.Earlier(watch.DeadlineAt, next) };
        var judged = run with { Deadlines = watch };
        return (judged, ReferenceEquals(was.Flags, watch.Flags) ? null : Notices.Recovered(judged, now, by.ToString()));
    }

    /// <summary>A component after an observation was folded into it: its end is its counterpart's.</summary>
    public Fold Observed(Fold component, Contract by)
    {
        var now = Now;
        var watch = component.Deadlines ?? new DeadlineState { CreatedAt = now };
        return component with
        {
            Deadlines = component.Endings.IsEmpty ? watch : watch.Recovered(FlagKind.Orphan, now, by.ToString()),
        };
    }

    /// <summary>A run whose deadline is due.</summary>
    /// <param name="run">What is known of it.</param>
    /// <param name="parentKnown">Whether the parent it names is in the ledger; null where it names none.</param>
    public (Fold Run, LedgerNotice[] Said) Reached(Fold run, bool? parentKnown)
    {
        var now = Now;
        var watch = run.Deadlines!;
        var policy = Of(run.Identities.First.Of);
        var said = new List<LedgerNotice>();
        if (StuckAt(run, watch, policy) is { } stuck && stuck.At <= now)
        {
            var flag = new Flag(FlagKind.Stuck, stuck.Limit, stuck.Value, LedgerTime.Time(run.LastAt), now);
            watch = watch.With(flag) with { SettledAt = now };
            said.Add(Notices.Stuck(run, flag));
        }

        if (policy.OrphanGrace is { } grace && watch.CreatedAt + grace <= now)
        {
            foreach (var missing in Missing(run, watch, parentKnown))
            {
                var flag = new Flag(FlagKind.Orphan, missing, grace, LedgerTime.Time(run.LastAt), now);
                watch = watch.With(flag) with { SettledAt = watch.SettledAt ?? now };
                // An ended run stays ended and gets a warning.
                if (run.Endings.IsEmpty)
                    said.Add(Notices.Orphaned(run, flag));
            }
        }

        if (parentKnown is not false && watch.Open(FlagKind.Orphan, Limit.NoParent) is not null)
        {
            watch = watch.Recovered(FlagKind.Orphan, now, "parent", Limit.NoParent);
            if (run.Endings.IsEmpty)
                said.Add(Notices.Recovered(run, now, "parent"));
            if (run.Endings.IsEmpty && !watch.Flags.Any(flag => flag.IsOpen))
                watch = watch with { SettledAt = null };
        }

        DateTime? recheck = watch.Flags.LastOrDefault(flag => flag is { Kind: FlagKind.Orphan, IsOpen: true }) is { } orphan
            ? now + Longer(policy.OrphanGrace ?? SeldomestRecheck, Shorter(SeldomestRecheck, now - orphan.FlaggedAt))
            : policy.OrphanGrace is { } later && Unpaired(run) && watch.CreatedAt + later > now ? watch.CreatedAt + later : null;
        return (run with { Deadlines = watch with { DeadlineAt = DeadlineState.Earlier(StuckAt(run, watch, policy)?.At, recheck) } }, [.. said]);
    }

    /// <summary>A component that was open when the sweep looked at its ended run.</summary>
    public (Fold Component, RunOrphaned? Said) Reached(Fold run, Fold component)
    {
        var watch = component.Deadlines!;
        if (run.Endings.IsEmpty || !component.Endings.IsEmpty || watch.Open(FlagKind.Orphan) is not null
            || run.Deadlines?.SettledAt is not { } settled || Of(run.Identities.First.Of).OrphanGrace is not { } grace
            || settled + grace > Now)
            return (component, null);
        var flag = new Flag(FlagKind.Orphan, Limit.RunEnded, grace, LedgerTime.Time(component.LastAt), Now);
        return (component with { Deadlines = watch.With(flag) }, Notices.Orphaned(run, flag, component.Id));
    }

    // The limit of a run that passes first; none where it has ended or is stuck already.
    static (string Limit, TimeSpan Value, DateTime At)? StuckAt(Fold run, DeadlineState watch, DeadlinePolicy policy)
    {
        if (!run.Endings.IsEmpty || watch.Open(FlagKind.Stuck) is not null)
            return null;

        // What came back has the whole of each limit again, or it would be stuck with the next sweep.
        var back = watch.Flags.LastOrDefault(flag => flag.Kind == FlagKind.Stuck)?.RecoveredAt ?? DateTime.MinValue;
        var observed = RunProjection.Observed(run) == RunStatus.Observed;
        var started = run.StartedAt is { } at ? LedgerTime.Time(at) : watch.CreatedAt;
        (string Limit, TimeSpan? Value, DateTime From)[] limits =
        [
            (Limit.Start, observed ? policy.Start : null, Later(watch.CreatedAt, back)),
            (Limit.Run, observed || ProcessingType.IsEndless(run) ? null : policy.Run, Later(started, back)),
            (Limit.Quiet, policy.Quiet, watch.LiveAt ?? watch.CreatedAt),
        ];
        return limits.Where(limit => limit.Value is not null)
            .Select(limit => ((string Limit, TimeSpan Value, DateTime At)?)(limit.Limit, limit.Value!.Value, limit.From + limit.Value.Value))
            .MinBy(limit => limit!.Value.At);
    }

    // When to look for the counterpart of a run that has none yet, or whose parent nobody looked for yet.
    static DateTime? OrphanCheck(Fold? before, Fold run, DeadlineState watch, DeadlinePolicy policy, DateTime now)
    {
        if (policy.OrphanGrace is not { } grace || !Unpaired(run))
            return null;
        if (watch.Open(FlagKind.Orphan) is not null)
            return watch.DeadlineAt ?? now + grace;
        var due = watch.CreatedAt + grace;
        var parentIsNew = before is not null && FoldColumns.Id(before, RegisterColumn.ParentRunId) != FoldColumns.Id(run, RegisterColumn.ParentRunId);
        return parentIsNew ? now + grace
            : before is null || now < due || watch.DeadlineAt <= due ? due
            : null;
    }

    static bool Unpaired(Fold run) => run.Best.Class >= 2 || FoldColumns.Id(run, RegisterColumn.ParentRunId) is not null;

    static IEnumerable<string> Missing(Fold run, DeadlineState watch, bool? parentKnown)
    {
        if (run.Best.Class == 2 && watch.Open(FlagKind.Orphan, Limit.NoRun) is null)
            yield return Limit.NoRun;
        if (parentKnown is false && watch.Open(FlagKind.Orphan, Limit.NoParent) is null)
            yield return Limit.NoParent;
    }

    static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;

    static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
