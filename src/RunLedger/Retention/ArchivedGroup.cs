namespace RunLedger.Retention;

/// <summary>
/// A row group of a file, which can be read and checked without the others: its first and last run, how many rows,
/// where its bytes end (they begin where those of the one before it do) and their SHA-256.
/// </summary>
sealed record ArchivedGroup(Guid First, Guid Last, int Rows, long End, string Sha256);
