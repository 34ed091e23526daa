using System.ComponentModel;
using RunLedger.Unlike;

namespace RunLedger.Service.Unlike;

/// <summary>What is usual of the runs of a candidate.</summary>
sealed record UsualAnswer
{
    [Description("How many completed runs were counted, newer ones for more.")]
    public required long Runs { get; init; }

    [Description("With fewer none is called unlike them.")]
    public required int NeededRuns { get; init; }

    [Description("An open run is slow after so long; null where there are too few runs.")]
    public required double? SlowAfterSeconds { get; init; }

    [Description("A completed run is suspicious below that; null where none is, or there are too few runs.")]
    public required double? SuspiciousBelowSeconds { get; init; }

    [Description("How many of its runs are slow now.")]
    public required long SlowNow { get; init; }

    public static UsualAnswer From(Usual usual, long slow, UnlikeOptions options) => new()
    {
        Runs = usual.Sketch.Count,
        NeededRuns = usual.Needed,
        SlowAfterSeconds = usual.IsEnough ? DurationRule.SlowAfter(usual.Sketch, options) : null,
        SuspiciousBelowSeconds = usual.IsEnough
            && DurationRule.SuspiciousBelow(usual.Sketch, options) is var below and > 0 ? below : null,
        SlowNow = slow,
    };
}
