using System.Diagnostics.Metrics;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Telemetry;

/// <summary>
/// All that the ledger measures; docs/metrics.md says what each instrument means. Tags have few values: never an id,
/// never a candidate.
/// </summary>
sealed class LedgerMeter : IDisposable
{
    const string UnknownContract = "unknown";
    const string OtherError = "_OTHER";

    // What is folded first, where its number says.
    static readonly string[] Contracts = [.. Enum.GetNames<Contract>(), nameof(ProcessDefined), UnknownContract];
    static readonly string[] Witnesses = ["otlp", "cloudevents"];
    static readonly Outcome[] Outcomes = Enum.GetValues<Outcome>();
    static readonly RunStatus[] Statuses = Enum.GetValues<RunStatus>();
    static readonly StoreFault[] Faults = Enum.GetValues<StoreFault>();
    static readonly (FlagKind Kind, string Limit)[] Flags = [.. Limit.All.Select(limit => (limit.Kind, limit.Name))];

    static readonly KeyValuePair<string, object?>[][] FlagTags =
        [.. Flags.Select(flag => Tags(("runledger.flag.kind", Text(flag.Kind)), ("runledger.flag.limit", flag.Limit)))];

    // From a lone message on a fast disk to a database that barely answers.
    static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
        [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800,
        ],
    };

    static readonly InstrumentAdvice<int> Messages = new()
    {
        HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000],
    };

    readonly Meter _meter;
    readonly TimeProvider _time;
    readonly CountedTags _observations;
    readonly CountedTags _conflicts;
    readonly CountedTags _raised;
    readonly CountedTags _recovered;
    readonly CountedTags _failures;
    readonly CountedTags _scheduled;
    readonly CountedTags _retained;
    readonly CountedTags _judged;
    readonly CountedTags _witnessed;
    readonly Histogram<double> _commitDuration;
    readonly Histogram<int> _batchSize;
    readonly Histogram<double> _lag;
    readonly ObservableUpDownCounter<long> _runs;
    IReadOnlyDictionary<RunStatus, long>? _runCounts;
    long _slow = -1;
    long _commits;
    Newest? _newest;
    long _oldestDue = long.MinValue;
    long _retentionDone;
    bool _retentionBlocked;

    /// <param name="factory">Whose meter it is; without one it belongs to nobody else.</param>
    /// <param name="time">What lag and age are measured with.</param>
    public LedgerMeter(IMeterFactory? factory = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _retentionDone = _time.GetUtcNow().UtcTicks;
        _meter = factory?.Create(RunLedgerRegistration.Telemetry) ?? new Meter(RunLedgerRegistration.Telemetry);
        _observations = new(
            _meter, "runledger.observations", "{observation}", "Observations by contract and by what became of them.",
            [.. from contract in Contracts from outcome in Outcomes
                select Tags(("runledger.contract", contract), ("runledger.outcome", Text(outcome)))]);
        _conflicts = new(
            _meter,
            "runledger.conflicts",
            "{conflict}",
            "Observations that disagree with others of their row on its end or on who it is.",
            [Tags(("runledger.conflict.kind", "end")), Tags(("runledger.conflict.kind", "identity"))]);
        _raised = new(_meter, "runledger.flags", "{flag}", "Flags raised by the ledger's own clock.", FlagTags);
        _recovered = new(
            _meter,
            "runledger.recoveries",
            "{recovery}",
            "Flags closed again by a sign of life or a counterpart.",
            FlagTags);
        _failures = new(
            _meter, "runledger.commit.failures", "{failure}", "Attempts to commit a batch that failed.",
            [.. Faults.Select(fault => Tags(("error.type", ErrorType(fault)))), Tags(("error.type", OtherError))]);
        _scheduled = new(
            _meter, "runledger.scheduler.messages", "{message}", "Scheduled messages that were due.",
            [Tags(("runledger.outcome", "sent")), Tags(("runledger.outcome", "set_aside"))]);
        _retained = new(
            _meter, "runledger.retention.runs", "{run}", "Runs that retention moved.",
            [Tags(("runledger.retention.action", "archived")), Tags(("runledger.retention.action", "purged"))]);
        _judged = new(
            _meter, "runledger.expected.slots", "{slot}", "Slots of expected runs that were missed, and taken back.",
            [Tags(("runledger.outcome", "missed")), Tags(("runledger.outcome", "came_late"))]);
        _witnessed = new(
            _meter, "runledger.witness.events", "{event}", "Events of other tools, by what became of them.",
            [.. from witness in Witnesses from outcome in (string[])["taken", "rejected", "ignored"]
                select Tags(("runledger.witness", witness), ("runledger.outcome", outcome))]);
        _commitDuration = _meter.CreateHistogram(
            "runledger.commit.duration",
            "s",
            "From the beginning of a batch's transaction to its commit.",
            tags: null,
            Seconds);
        _batchSize = _meter.CreateHistogram(
            "runledger.commit.batch.size", "{message}", "Messages in a commit.", tags: null, Messages);
        _lag = _meter.CreateHistogram(
            "runledger.observation.lag", "s", "From an observation's being sent to its commit.", tags: null, Seconds);
        _runs = _meter.CreateObservableUpDownCounter(
            "runledger.runs", ObserveRuns, "{run}", "Runs in the ledger's tables by status.");
        _meter.CreateObservableGauge(
            "runledger.runs.slow", ObserveSlow, "{run}", "Open runs that take longer than those before them took.");
        _meter.CreateObservableGauge(
            "runledger.scheduler.lag",
            ObserveSchedule,
            "s",
            "For how long the longest due scheduled message has not been sent.");
        _meter.CreateObservableGauge(
            "runledger.retention.age", () => Since(Interlocked.Read(ref _retentionDone)), "s",
            "Since retention last came to its end here, or since the start.");
        _meter.CreateObservableGauge(
            "runledger.retention.blocked", () => Volatile.Read(ref _retentionBlocked) ? 1 : 0,
            description: "1 while the archive's files cannot be written, so that nothing leaves the tables.");
    }

    /// <summary>Whether somebody wants to know how many runs there are.</summary>
    public bool RunsWanted => _runs.Enabled;

    /// <summary>Where <see cref="Observed"/> counts a contract.</summary>
    public static int At(Contract contract) => (int)contract;

    /// <summary>Where it counts what may be the name of a contract; all that are none are one.</summary>
    public static int At(string? name) =>
        Array.IndexOf(Contracts, name) is var at and >= 0 ? at : Contracts.Length - 1;

    /// <param name="contract">By <see cref="At(string?)"/>.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="count">How many.</param>
    public void Observed(int contract, Outcome outcome, int count = 1) =>
        _observations.Add((contract * Outcomes.Length) + (int)outcome, count);

    public void Conflicting(int ends, int identities)
    {
        _conflicts.Add(0, ends);
        _conflicts.Add(1, identities);
    }

    public void Raised(Flag flag) => Count(_raised, flag);

    public void Recovered(Flag flag) => Count(_recovered, flag);

    /// <summary>How many messages were committed since the start.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>How long what was committed lately had been under way.</summary>
    public LagWindow Lags { get; } = new();

    /// <summary>The newest commit; null before the first.</summary>
    public Newest? Last => Volatile.Read(ref _newest);

    public void Committed(int messages, TimeSpan took)
    {
        Interlocked.Add(ref _commits, messages);
        _batchSize.Record(messages);
        _commitDuration.Record(took.TotalSeconds);
    }

    /// <param name="lag">From being sent to committed; clocks that disagree make it nothing.</param>
    public void Lagged(TimeSpan lag)
    {
        _lag.Record(Math.Max(0, lag.TotalSeconds));
        Lags.Add(lag);
    }

    /// <param name="at">When a batch was committed.</param>
    /// <param name="lag">Of its last message that says when it was sent; null where none does.</param>
    public void Fresh(DateTime at, TimeSpan? lag) =>
        Volatile.Write(ref _newest, new(at, lag < TimeSpan.Zero ? TimeSpan.Zero : lag));

    /// <summary>A fault as <c>error.type</c> names it.</summary>
    public static string ErrorType(StoreFault? fault) => fault is { } known ? Text(known) : OtherError;

    public void CommitFailed(StoreFault? fault) => _failures.Add(fault is { } known ? (int)known : Faults.Length);

    public void Dispatched(int sent, int setAside)
    {
        _scheduled.Add(0, sent);
        _scheduled.Add(1, setAside);
    }

    /// <param name="oldest">
    /// When the message that has waited longest was, or will be, due; null where none waits.
    /// </param>
    public void Scheduled(DateTime? oldest) => Interlocked.Exchange(ref _oldestDue, oldest?.Ticks ?? long.MaxValue);

    public void Judged(int missed, int cameLate)
    {
        _judged.Add(0, missed);
        _judged.Add(1, cameLate);
    }

    /// <param name="witness">Who told of them.</param>
    /// <param name="events">How many there were; what is neither of the following was ignored.</param>
    /// <param name="taken">How many are durable.</param>
    /// <param name="rejected">How many were set aside.</param>
    public void Witnessed(Witness witness, int events, int taken, int rejected)
    {
        var first = 3 * (int)witness;
        _witnessed.Add(first, taken);
        _witnessed.Add(first + 1, rejected);
        _witnessed.Add(first + 2, events - taken - rejected);
    }

    public void Archived(int runs) => _retained.Add(0, runs);

    public void Purged(int runs) => _retained.Add(1, runs);

    /// <param name="blocked">Whether the archive's files cannot be written, so that nothing leaves the tables.</param>
    public void RetentionBlocked(bool blocked) => Volatile.Write(ref _retentionBlocked, blocked);

    public void RetentionDone() => Interlocked.Exchange(ref _retentionDone, _time.GetUtcNow().UtcTicks);

    /// <param name="counts">By status, one that nobody is in may be missing; null where nobody knows.</param>
    /// <param name="slow">How many open ones are slow; null where nobody knows.</param>
    public void Runs(IReadOnlyDictionary<RunStatus, long>? counts, long? slow = null)
    {
        Volatile.Write(ref _runCounts, counts);
        Interlocked.Exchange(ref _slow, slow ?? -1);
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>When a batch was committed, and how long after one of its messages was sent, if one says so.</summary>
    public sealed record Newest(DateTime At, TimeSpan? Lag);

    IEnumerable<Measurement<long>> ObserveRuns() =>
        Volatile.Read(ref _runCounts) is { } counts
            ? Statuses.Select(status => new Measurement<long>(
                counts.GetValueOrDefault(status), Tags(("runledger.status", status.Text()))))
            : [];

    IEnumerable<Measurement<long>> ObserveSlow() =>
        Interlocked.Read(ref _slow) is var slow and >= 0 ? [new(slow)] : [];

    // Nothing before the dispatcher has looked.
    IEnumerable<Measurement<double>> ObserveSchedule()
    {
        var oldest = Interlocked.Read(ref _oldestDue);
        if (oldest != long.MinValue)
            yield return new(Math.Max(0, Since(oldest)));
    }

    double Since(long ticks) => (_time.GetUtcNow().UtcTicks - ticks) / (double)TimeSpan.TicksPerSecond;

    static void Count(CountedTags counted, Flag flag)
    {
        // A row of a newer version may have others.
        if (Array.IndexOf(Flags, (flag.Kind, flag.Limit)) is var at and >= 0)
            counted.Add(at);
    }

    static KeyValuePair<string, object?>[] Tags(params (string Name, string Value)[] tags) =>
        [.. tags.Select(tag => KeyValuePair.Create(tag.Name, (object?)tag.Value))];

    // Tags are for ever; members may be renamed.
    static string Text(Outcome outcome) => outcome switch
    {
        Outcome.Recorded => "recorded",
        Outcome.Duplicate => "duplicate",
        Outcome.Rejected => "rejected",
        Outcome.Late => "late",
        Outcome.Failed => "failed",
        Outcome.Requeued => "given_back",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    static string Text(StoreFault fault) => fault switch
    {
        StoreFault.Conflict => "race",
        StoreFault.Data => "data",
        StoreFault.Unavailable => "away",
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    static string Text(FlagKind kind) => kind == FlagKind.Stuck ? "stuck" : "orphan";
}
