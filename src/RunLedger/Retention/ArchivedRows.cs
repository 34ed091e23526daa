using RunLedger.Storage.Rows;

namespace RunLedger.Retention;

/// <summary>Runs on their way, with their components.</summary>
sealed record ArchivedRows(List<RunRow> Runs, List<ComponentRow> Components);
