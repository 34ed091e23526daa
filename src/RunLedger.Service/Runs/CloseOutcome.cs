using RunLedger.Service.Intake;

namespace RunLedger.Service.Runs;

/// <summary>What became of ending a run by hand.</summary>
/// <param name="Result">Which of the outcomes.</param>
/// <param name="Fault">Why the run is not closed, in words; null where it is.</param>
/// <param name="Intake">What the intake answered; null where the run is not closed.</param>
sealed record CloseOutcome(CloseResult Result, string? Fault, IntakeResult? Intake)
{
    public static CloseOutcome Closed(IntakeResult intake) => new(CloseResult.Closed, null, intake);

    public static CloseOutcome Not(CloseResult why, string fault) => new(why, fault, null);
}
