using RunLedger.Contracts;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// What an OpenLineage event says of a run, or why it says nothing: with <see cref="IsIgnored"/> because it is about
/// something else, which is no fault of its sender, otherwise because it cannot be taken.
/// </summary>
sealed record LineageResult(RunObservation? Observation, string? Reason, bool IsIgnored)
{
    const int ReasonLimit = 1024;

    public static LineageResult Taken(RunObservation observation) => new(observation, null, false);

    public static LineageResult Ignored(string reason) => new(null, reason, true);

    /// <summary>
    /// The reason may quote the event: kept short, and free of what a table or a terminal cannot take.
    /// </summary>
    public static LineageResult Rejected(string reason)
    {
        var printable = string.Concat(reason.Select(character => char.IsControl(character) ? '\uFFFD' : character));
        return new(null, CutText.To(printable, ReasonLimit), false);
    }
}
