namespace RunLedger.Retention;

/// <summary>A slice whose rows a compacted one has: its files and the SHA-256 of each, the manifest's too.</summary>
sealed record ReplacedSlice(Guid SliceId, string Manifest, ReplacedFile Runs, ReplacedFile Components);

/// <summary>A file of it.</summary>
sealed record ReplacedFile(string Name, string Sha256);
