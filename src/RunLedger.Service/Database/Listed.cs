using RunLedger.Storage.Rows;

namespace RunLedger.Service.Database;

/// <summary>A row as lists show it.</summary>
/// <param name="Row">With its evidence, unless that was left out.</param>
/// <param name="EvidenceOmitted">Its evidence is too large for a list, and is in the database alone.</param>
/// <param name="ArchivedAt">When it left for the archive; null where it did not.</param>
readonly record struct Listed<TRow>(TRow Row, bool EvidenceOmitted, DateTime? ArchivedAt = null)
    where TRow : LedgerRow;
