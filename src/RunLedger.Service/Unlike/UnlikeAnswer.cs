using System.ComponentModel;
using RunLedger.Unlike;

namespace RunLedger.Service.Unlike;

/// <summary>That a run, or a component of it, is unlike those before it; never a status.</summary>
sealed record UnlikeAnswer
{
    [Description("slow: it is open for longer than those before it took. suspicious: it completed far too fast.")]
    public required string Kind { get; init; }

    [Description("The component's; null for the run as a whole.")]
    public required Guid? ComponentRunId { get; init; }

    [Description("Its dotCode, else its eventCode, else its role; null for the run as a whole.")]
    public required string? Component { get; init; }

    [Description("How long it is open, or took.")]
    public required double Seconds { get; init; }

    [Description("What is longer is slow, what is shorter is suspicious.")]
    public required double LimitSeconds { get; init; }

    [Description("95 in 100 of those before it took at most so long; of a suspicious one at least.")]
    public required double UsualSeconds { get; init; }

    [Description("How many there were before it.")]
    public required long Runs { get; init; }

    [Description("Those before it are the ones of this version; null when they are those of all versions.")]
    public required string? Version { get; init; }

    [Description("When the ledger noticed.")]
    public required DateTime NoticedAt { get; init; }

    [Description("The figures in words.")]
    public required string Text { get; init; }

    public static UnlikeAnswer From(UnlikeMark mark, double seconds) => new()
    {
        Kind = mark.Kind.Text(),
        ComponentRunId = mark.Component is null ? null : mark.ComponentRunId,
        Component = mark.Component,
        Seconds = seconds,
        LimitSeconds = mark.LimitSeconds,
        UsualSeconds = mark.UsualSeconds,
        Runs = mark.Runs,
        Version = mark.Version,
        NoticedAt = mark.MarkedAt,
        Text = mark.Sentence(seconds),
    };
}
