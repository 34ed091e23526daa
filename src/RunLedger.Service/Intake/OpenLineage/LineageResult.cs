using RunLedger.Contracts;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// What an OpenLineage event says of a run, or why it says nothing: with <see cref="IsIgnored"/> because it is about
/// something else, which is no fault of its sender, otherwise because it cannot be taken.
/// </summary>
sealed record LineageResult(RunObservation? Observation, string? Reason, bool IsIgnored)
{
    const int ReasonLimit = 1024;

    /// <summary>That the run has started, where an event says so beside what it is about.</summary>
    public RunStarted? Start { get; init; }

    /// <summary>What of it is not kept, or not as it came.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    public static LineageResult Ignored(string reason) => new(null, reason, true);

    /// <summary>
    /// The reason may quote the event: kept short, and free of what a table or a terminal cannot take.
    /// </summary>
    public static LineageResult Rejected(string reason) => new(null, Printable(reason, ReasonLimit), false);

    /// <summary>What was sent, quoted: in one line.</summary>
    public static string Printable(string text, int maxBytes) => CutText.To(
        string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character)), maxBytes) ?? "";
}
