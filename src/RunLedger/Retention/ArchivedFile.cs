namespace RunLedger.Retention;

/// <summary>One Parquet file as it was written: its name, rows, bytes and SHA-256 in lower-case hexadecimal.</summary>
sealed record ArchivedFile(string Name, int Rows, long Bytes, string Sha256);
