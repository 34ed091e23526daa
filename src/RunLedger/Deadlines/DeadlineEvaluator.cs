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
    public DeadlinePolicy PolicyOf(string candidate)
    {
        foreach (var policy in options.Deadlines.Policies)
        {
            if (FileSystemName.MatchesSimpleExpression(policy.Candidate, candidate, ignoreCase: false))
                return policy;
        }

        return options.Deadlines.Default;
    }

    /// <summary>What is known of a run, and of its component where a step is observed, with one more.</summary>
    /// <param name="run">The run before it; null where it is new.</param>
    /// <param name="component">The component before it; null where it is new, or the observation is of none.</param>
    /// <param name="observation">What was observed.</param>
    public (LedgerEntry Run, LedgerEntry? Component, RunRecovered? Recovered) Observed(
        LedgerEntry? run, LedgerEntry? component, Observation observation)
    {
        var (header, recovered) = Observed(run, RunProjection.Of(observation), observation.Contract);
        if (observation.Message is StepObservation)
            component = ComponentObserved(component, ComponentProjection.Of(observation), observation.Contract);
        return (header, component, recovered);
    }

    /// <summary>
    /// A run after an observation was folded into it: life lifts flags, and the next deadline is set.
    /// </summary>
    /// <param name="known">The run before it; null where it is new.</param>
    /// <param name="observed">What the observation says of the run.</param>
    /// <param name="by">Its contract.</param>
    public (LedgerEntry Run, RunRecovered? Recovered) Observed(LedgerEntry? known, Fold observed, Contract by)
    {
        var now = Now;
        var before = known?.Fold;
        var (run, kept) = LedgerEntry.With(known, observed);
        var state = kept ?? new DeadlineState { CreatedAt = now };
        // A new attempt is life, though its time be that of the attempt before.
        var attempted = before is not null && run.Attempt > before.Attempt;
        var grew = before is null || run.LastAt > before.LastAt || attempted;
        var ended = !run.Endings.IsEmpty;
        if (grew)
            state = state with { LiveAt = now };
        var was = state;
        if (grew || ended)
            state = state.Recovered(FlagKind.Stuck, now, by.ToString());
        if (run.Best.Class < 2)
            state = state.Recovered(FlagKind.Orphan, now, by.ToString(), Limit.NoRun);

        var newlyEnded = ended && (before is null || before.Endings.IsEmpty || attempted);
        state = state with
        {
            SettledAt = newlyEnded ? now : ended || state.IsFlagged ? state.SettledAt : null,
        };
        var policy = PolicyOf(run.Identities.First.Of);
        var check = OrphanCheck(before, run, state, policy, now);
        var next = DeadlineState.Earlier(StuckAt(run, state, policy)?.At, check);

        // A deadline that is set stays, though the run lives: moving an indexed column costs more than looking once
        // more.
        state = state with { DeadlineAt = next is null ? null : DeadlineState.Earlier(state.DeadlineAt, next) };
        var recovered = ReferenceEquals(was.Flags, state.Flags) ? null : Notices.Recovered(run, now, by.ToString());
        return (new(run, state), recovered);
    }

    /// <summary>A component after an observation was folded into it: its end is its counterpart's.</summary>
    public LedgerEntry ComponentObserved(LedgerEntry? known, Fold observed, Contract by)
    {
        var now = Now;
        var (component, kept) = LedgerEntry.With(known, observed);
        var state = kept ?? new DeadlineState { CreatedAt = now };
        return new(component, component.Endings.IsEmpty ? state : state.Recovered(FlagKind.Orphan, now, by.ToString()));
    }

    /// <summary>A run whose deadline is due.</summary>
    /// <param name="known">What is known of it.</param>
    /// <param name="parentKnown">Whether the parent it names is in the ledger; null where it names none.</param>
    public (LedgerEntry Run, LedgerNotice[] Said) Reached(LedgerEntry known, bool? parentKnown)
    {
        var now = Now;
        var run = known.Fold;
        var state = known.Deadlines!;
        var policy = PolicyOf(run.Identities.First.Of);
        var said = new List<LedgerNotice>();
        if (StuckAt(run, state, policy) is { } stuck && stuck.At <= now)
        {
            var flag = new Flag(FlagKind.Stuck, stuck.Limit, stuck.Value, LedgerTime.Time(run.LastAt), now);
            state = state.With(flag) with { SettledAt = now };
            said.Add(Notices.Stuck(run, flag));
        }

        if (policy.OrphanGrace is { } grace && state.CreatedAt + grace <= now)
        {
            foreach (var missing in Missing(run, state, parentKnown))
            {
                var flag = new Flag(FlagKind.Orphan, missing, grace, LedgerTime.Time(run.LastAt), now);
                state = state.With(flag) with { SettledAt = state.SettledAt ?? now };
                // An ended run stays ended and gets a warning.
                if (run.Endings.IsEmpty)
                    said.Add(Notices.Orphaned(run, flag));
            }
        }

        if (parentKnown is not false && state.Open(FlagKind.Orphan, Limit.NoParent) is not null)
        {
            state = state.Recovered(FlagKind.Orphan, now, "parent", Limit.NoParent);
            if (run.Endings.IsEmpty)
                said.Add(Notices.Recovered(run, now, "parent"));
            if (run.Endings.IsEmpty && !state.IsFlagged)
                state = state with { SettledAt = null };
        }

        DateTime? recheck = state.Flags.LastOrDefault(
            flag => flag is { Kind: FlagKind.Orphan, IsOpen: true }) is { } orphan
            ? now + Longer(policy.OrphanGrace ?? SeldomestRecheck, Shorter(SeldomestRecheck, now - orphan.FlaggedAt))
            : policy.OrphanGrace is { } later && Unpaired(run) && state.CreatedAt + later > now
                ? state.CreatedAt + later
                : null;
        return (
            new(run, state with { DeadlineAt = DeadlineState.Earlier(StuckAt(run, state, policy)?.At, recheck) }),
            [.. said]);
    }

    /// <summary>A component that was open when the sweep looked at its ended run.</summary>
    public (LedgerEntry Component, RunOrphaned? Said) Reached(LedgerEntry run, LedgerEntry known)
    {
        var component = known.Fold;
        var state = known.Deadlines!;
        if (run.Fold.Endings.IsEmpty || !component.Endings.IsEmpty || state.Open(FlagKind.Orphan) is not null
            || run.Deadlines?.SettledAt is not { } settled
            || PolicyOf(run.Fold.Identities.First.Of).OrphanGrace is not { } grace || settled + grace > Now)
            return (known, null);
        var flag = new Flag(FlagKind.Orphan, Limit.RunEnded, grace, LedgerTime.Time(component.LastAt), Now);
        return (new(component, state.With(flag)), Notices.Orphaned(run.Fold, flag, component.Id));
    }

    // The limit of a run that passes first; none where it has ended or is stuck already.
    static (string Limit, TimeSpan Value, DateTime At)? StuckAt(Fold run, DeadlineState state, DeadlinePolicy policy)
    {
        if (!run.Endings.IsEmpty || state.Open(FlagKind.Stuck) is not null)
            return null;

        // What came back has the whole of each limit again, or it would be stuck with the next sweep.
        var back = state.Flags.Count == 0 ? DateTime.MinValue
            : state.Flags.LastOrDefault(flag => flag.Kind == FlagKind.Stuck)?.RecoveredAt ?? DateTime.MinValue;
        var observed = RunProjection.Observed(run) == RunStatus.Observed;
        // Of a later attempt the ledger does not keep when it first heard.
        var known = run.Attempt == 1 ? state.CreatedAt : state.LiveAt ?? state.CreatedAt;
        var started = run.StartedAt is { } at ? LedgerTime.Time(at) : known;
        var endless = (observed ? policy.Start : policy.Run) is not null && ProcessingType.IsEndless(run);
        (string Limit, TimeSpan Value, DateTime At)? first = null;
        Consider(Limit.Start, observed && !endless ? policy.Start : null, Later(known, back));
        Consider(Limit.Run, observed || endless ? null : policy.Run, Later(started, back));
        Consider(Limit.Quiet, policy.Quiet, state.LiveAt ?? state.CreatedAt);
        return first;

        void Consider(string limit, TimeSpan? value, DateTime from)
        {
            if (value is { } length && (first is null || from + length < first.Value.At))
                first = (limit, length, from + length);
        }
    }

    // When to look for the counterpart of a run that has none yet, or whose parent nobody looked for yet.
    static DateTime? OrphanCheck(Fold? before, Fold run, DeadlineState state, DeadlinePolicy policy, DateTime now)
    {
        if (policy.OrphanGrace is not { } grace || !Unpaired(run))
            return null;
        if (state.Open(FlagKind.Orphan) is not null)
            return state.DeadlineAt ?? now + grace;
        var due = state.CreatedAt + grace;
        var parentIsNew = before is not null
            && FoldColumns.Id(before, RegisterColumn.ParentRunId) != FoldColumns.Id(run, RegisterColumn.ParentRunId);
        return parentIsNew ? now + grace
            : before is null || now < due || state.DeadlineAt <= due ? due
            : null;
    }

    static bool Unpaired(Fold run) =>
        run.Best.Class >= 2 || FoldColumns.Id(run, RegisterColumn.ParentRunId) is not null;

    static IEnumerable<string> Missing(Fold run, DeadlineState state, bool? parentKnown)
    {
        if (run.Best.Class == 2 && state.Open(FlagKind.Orphan, Limit.NoRun) is null)
            yield return Limit.NoRun;
        if (parentKnown is false && state.Open(FlagKind.Orphan, Limit.NoParent) is null)
            yield return Limit.NoParent;
    }

    static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;

    static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
