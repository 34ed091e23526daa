using System.ComponentModel;
using RunLedger.Folding;
using RunLedger.Unlike;

namespace RunLedger.Service.Unlike;

/// <summary>When an open run should end, by those before it.</summary>
sealed record OutlookAnswer
{
    [Description("With a chance of 80 % it ends at this time or later; null where that cannot be told.")]
    public required DateTime? From { get; init; }

    [Description("And at this time or earlier.")]
    public required DateTime? To { get; init; }

    [Description("How many runs there were before it.")]
    public required long Runs { get; init; }

    [Description("How many are needed.")]
    public required int NeededRuns { get; init; }

    [Description("Those before it are the ones of this version; null when they are those of all versions.")]
    public required string? Version { get; init; }

    [Description("Open for longer, it is slow; null where there are too few runs.")]
    public required double? SlowAfterSeconds { get; init; }

    [Description("The figures in words.")]
    public required string Text { get; init; }

    public static OutlookAnswer Create(EndOutlook outlook, DateTime startedAt, UnlikeOptions options) => new()
    {
        From = At(startedAt, outlook.From),
        To = At(startedAt, outlook.To),
        Runs = outlook.Of.Sketch.Count,
        NeededRuns = outlook.Of.Needed,
        Version = outlook.Of.Key.Version,
        SlowAfterSeconds = outlook.Of.IsEnough ? DurationRule.SlowAfter(outlook.Of.Sketch, options) : null,
        Text = outlook.Sentence,
    };

    static DateTime? At(DateTime startedAt, double? seconds) => seconds is { } after
        ? LedgerTime.Time(LedgerTime.Of(
            startedAt + TimeSpan.FromSeconds(Math.Min(after, (DateTime.MaxValue - startedAt).TotalSeconds - 1))))
        : null;
}
