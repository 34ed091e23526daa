using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Service.Failures;

namespace RunLedger.Service.Dossier;

/// <summary>
/// Counts runs one after the other, in whatever order they come. Of each it keeps when it began and how long it took,
/// sixteen bytes, and the id of one that failed with the error of a component.
/// </summary>
sealed class RunTally(string candidate, long asOf)
{
    static readonly long Late = LedgerTime.Of(DateTime.UnixEpoch.AddHours(1));

    readonly List<long> _begun = [];
    readonly SortedDictionary<string, long> _sources = new(StringComparer.Ordinal);
    long _completed, _failed, _cancelled, _tried, _most, _otherEnds, _otherIdentities;
    long _producers, _verifiers, _both, _bothCompleted;
    long _announced, _archived, _stuckEver, _stuckThen, _orphanEver, _orphanThen, _delay, _late;

    /// <summary>The first sign of any run, whether or not it counts; null where there is none.</summary>
    public long? First { get; private set; }

    public bool IsEmpty => _begun.Count == 0;

    readonly FailureTally _failures = new(candidate);
    readonly DurationTally _durations = new();
    readonly HashSet<Guid> _told = [];

    /// <summary>A component that failed; all of them come before the runs.</summary>
    public void Add(StoredColumns run, string component, string? error, long at)
    {
        _failures.Add(component, error, at);
        if (!_told.Contains(run.Id)
            && RunAsOf.Of(FoldCodec.Read(run), asOf) is { End.Status: RunStatus.Failed, Error: var runs }
            && Failure.Tells(error, Beginning(runs)))
            _told.Add(run.Id);
    }

    public void Add(StoredRun run)
    {
        var fold = run.Fold;
        if (RunAsOf.Of(fold, long.MaxValue - 1) is { } ever && (First is null || ever.BegunAt < First))
            First = ever.BegunAt;
        if (RunAsOf.Of(fold, asOf) is not { } then)
        {
            if (fold.FirstAt == long.MaxValue && fold.Identities.First.Rank.Key.At <= asOf)
                _announced++;
            return;
        }

        _begun.Add(then.BegunAt);
        _sources[run.Source] = _sources.GetValueOrDefault(run.Source) + 1;
        Count(fold.Id, then);
        CountParts(run.Parts, then.End?.Status == RunStatus.Completed);
        if (then.OtherEnds)
            _otherEnds++;
        if (HasOtherIdentity(fold))
            _otherIdentities++;
        CountLedger(run, then);
    }

    void Count(Guid run, RunAsOf then)
    {
        if (then.Attempt > 1)
            _tried++;
        _most = Math.Max(_most, then.Attempt);
        switch (then.End)
        {
            case { Status: RunStatus.Completed } end:
                _completed++;
                _durations.Add(then.StartedAt, end.At);
                break;
            case { Status: RunStatus.Failed } end:
                _failed++;
                if (!_told.Contains(run))
                    _failures.Add(null, then.Error, end.At);
                break;
            case { Status: RunStatus.Cancelled }:
                _cancelled++;
                break;
        }
    }

    void CountParts(RunParts parts, bool completed)
    {
        if (parts.HasFlag(RunParts.Producer))
            _producers++;
        if (parts.HasFlag(RunParts.Verifier))
            _verifiers++;
        if (parts.HasFlag(RunParts.Producer | RunParts.Verifier))
            _both++;
        if (completed && parts.HasFlag(RunParts.ProducerCompleted | RunParts.VerifierCompleted))
            _bothCompleted++;
    }

    void CountLedger(StoredRun run, RunAsOf then)
    {
        if (run.ArchivedAt is { } archived && LedgerTime.Of(archived) <= asOf)
            _archived++;
        var delay = LedgerTime.Of(run.CreatedAt) - then.BegunAt;
        _delay = Math.Max(_delay, delay);
        if (delay > Late)
            _late++;
        var by = LedgerTime.Time(asOf);
        var flags = run.Flags.Where(flag => flag.FlaggedAt <= by).ToList();
        Count(flags, FlagKind.Stuck, ref _stuckEver, ref _stuckThen);
        Count(flags, FlagKind.Orphan, ref _orphanEver, ref _orphanThen);

        void Count(List<Flag> of, FlagKind kind, ref long ever, ref long now)
        {
            if (of.Exists(flag => flag.Kind == kind))
                ever++;
            if (of.Exists(flag => flag.Kind == kind && !(flag.RecoveredAt <= by)))
                now++;
        }
    }

    // As much of it as of a component's, whether or not a later attempt has made it history.
    static string? Beginning(string? error) =>
        error is { Length: > ErrorShape.MostRead } ? error[..ErrorShape.MostRead] : error;

    bool HasOtherIdentity(Fold fold)
    {
        foreach (var other in fold.Identities.Losers)
        {
            if (other.Rank.Key.At <= asOf)
                return true;
        }

        return false;
    }

    /// <summary>What was counted; there must be a run.</summary>
    public ObservedPart Observed()
    {
        var (failures, groupsNotListed, notListed) = _failures.Listed();
        return new()
        {
            Gaps = GapTally.Of(_begun, asOf),
            Runs = new()
            {
                Total = _begun.Count,
                Completed = _completed,
                Failed = _failed,
                Cancelled = _cancelled,
                Open = _begun.Count - _completed - _failed - _cancelled,
                Sources = [.. _sources.Select(source => new SourceFigures(source.Key, source.Value))],
            },
            Success = Rates.Of(_completed, _completed + _failed),
            Durations = _durations.Figures(),
            Components = new()
            {
                RunsWithProducer = _producers,
                RunsWithVerifier = _verifiers,
                RunsWithBoth = _both,
                CompletedWithBothCompleted = _bothCompleted,
            },
            Attempts = new() { RunsWithMoreThanOne = _tried, Most = _most },
            Overruled = new() { RunsWithOtherEnds = _otherEnds, RunsWithOtherIdentities = _otherIdentities },
            Failures = failures,
            FailureGroupsNotListed = groupsNotListed,
            FailuresNotListed = notListed,
        };
    }

    /// <summary>What the ledger adds; what is not of its runs is said by others.</summary>
    public LedgerPart Ledger(
        string? definition,
        string? purgedAfter,
        RejectedFigures rejected,
        MissedFigures? missed,
        IReadOnlyList<FailureNote> notes) => new()
        {
            Definition = definition,
            Announced = _announced,
            Stuck = new() { Ever = _stuckEver, Then = _stuckThen },
            Orphans = new() { Ever = _orphanEver, Then = _orphanThen },
            Arrival = new() { LongestDelaySeconds = Rates.Seconds(_delay), RunsAnHourLate = _late },
            Archive = new() { Runs = _archived, PurgedAfter = purgedAfter },
            Rejected = rejected,
            Missed = missed,
            Notes = notes,
        };
}
