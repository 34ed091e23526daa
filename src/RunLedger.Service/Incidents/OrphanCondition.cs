using RunLedger.Folding;

namespace RunLedger.Service.Incidents;

/// <summary>Runs without their counterpart.</summary>
sealed class OrphanCondition() : FlaggedCondition(RunStatus.Orphan, "came without their counterpart");
