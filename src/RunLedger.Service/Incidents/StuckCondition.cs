using RunLedger.Folding;

namespace RunLedger.Service.Incidents;

/// <summary>Runs that passed a limit of their policy.</summary>
sealed class StuckCondition() : FlaggedCondition(RunStatus.Stuck, "passed a limit of their policy");
