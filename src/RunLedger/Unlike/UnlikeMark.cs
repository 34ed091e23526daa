using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Unlike;

/// <summary>
/// A row of <c>unlike_run</c>: a run or a component that is unlike those before it. A flag, never a status.
/// </summary>
sealed record UnlikeMark
{
    /// <summary>What <see cref="Read"/> reads, in order, of the mark <c>m</c>.</summary>
    public const string Columns =
        "m.process_run_id, m.component_run_id, m.kind, m.candidate, m.component, m.version, m.usual_seconds, "
        + "m.limit_seconds, m.runs, m.marked_at";

    public required Guid RunId { get; init; }

    /// <summary>The run's own id where it is the run as a whole.</summary>
    public required Guid ComponentRunId { get; init; }
    public required UnlikeKind Kind { get; init; }
    public required string Candidate { get; init; }

    /// <summary>Null for the run as a whole.</summary>
    public required string? Component { get; init; }

    /// <summary>Of which version those before it are; null for all.</summary>
    public required string? Version { get; init; }

    /// <summary>What 95 of 100 of them took at most, of a suspicious one at least.</summary>
    public required double UsualSeconds { get; init; }

    /// <summary>What is longer is slow, what is shorter suspicious.</summary>
    public required double LimitSeconds { get; init; }

    /// <summary>How many there were before it.</summary>
    public required long Runs { get; init; }
    public required DateTime MarkedAt { get; init; }

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static UnlikeMark Read(StoredRow row) => new()
    {
        RunId = row.GetGuid(0),
        ComponentRunId = row.GetGuid(1),
        Kind = UnlikeKindText.Parse(row.GetString(2)) ?? UnlikeKind.Slow,
        Candidate = row.GetString(3),
        Component = row.TextAt(4),
        Version = row.TextAt(5),
        UsualSeconds = row.GetDouble(6),
        LimitSeconds = row.GetDouble(7),
        Runs = row.GetInt64(8),
        MarkedAt = row.GetTime(9),
    };

    /// <summary>Null where it is like those before it, or they are too few.</summary>
    /// <param name="run">The run.</param>
    /// <param name="component">Its component; null for the run as a whole.</param>
    /// <param name="usual">Those before it.</param>
    /// <param name="seconds">How long it is open.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <param name="options">What counts as slow.</param>
    public static UnlikeMark? OfOpen(
        Guid run, Guid? component, Usual usual, double seconds, DateTime now, UnlikeOptions options) =>
        usual.IsEnough && DurationRule.SlowAfter(usual.Sketch, options) is var limit && seconds > limit
            ? Create(
                UnlikeKind.Slow, run, component, usual, DurationRule.UsualMost(usual.Sketch), limit, now)
            : null;

    /// <inheritdoc cref="OfOpen"/>
    /// <param name="seconds">How long it took.</param>
    public static UnlikeMark? OfCompleted(
        Guid run, Guid? component, Usual usual, double seconds, DateTime now, UnlikeOptions options) =>
        usual.IsEnough && DurationRule.SuspiciousBelow(usual.Sketch, options) is var limit && seconds < limit
            ? Create(
                UnlikeKind.Suspicious, run, component, usual, DurationRule.UsualLeast(usual.Sketch), limit, now)
            : null;

    /// <summary>The figures in words.</summary>
    /// <param name="seconds">How long it is open, or took.</param>
    public string Sentence(double seconds) =>
        (Component is null ? Kind == UnlikeKind.Slow ? "Open" : "It completed after" : $"Its component {Component} "
            + (Kind == UnlikeKind.Slow ? "is open" : "completed after"))
        + (Kind == UnlikeKind.Slow
            ? $" for {SpanWords.Seconds(seconds)}, and slow is longer than {SpanWords.Seconds(LimitSeconds)}"
            : $" {SpanWords.Seconds(seconds)}, and suspicious is shorter than {SpanWords.Seconds(LimitSeconds)}")
        + $": 95 in 100 of {Usual.RunsOf(Runs, Component, Version)} before it took at "
        + $"{(Kind == UnlikeKind.Slow ? "most" : "least")} {SpanWords.Seconds(UsualSeconds)}.";

    static UnlikeMark Create(
        UnlikeKind kind, Guid run, Guid? component, Usual usual, double usually, double limit, DateTime now) =>
        new()
        {
            RunId = run,
            ComponentRunId = component ?? run,
            Kind = kind,
            Candidate = usual.Key.Candidate,
            Component = usual.Key.Component,
            Version = usual.Key.Version,
            UsualSeconds = usually,
            LimitSeconds = limit,
            Runs = usual.Sketch.Count,
            MarkedAt = now,
        };
}
