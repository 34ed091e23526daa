namespace RunLedger.Sealing;

/// <summary>A slice of files that counts.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Month">Its folder.</param>
/// <param name="Manifest">The SHA-256 of its manifest, in lower-case hexadecimal.</param>
sealed record SealedSlice(Guid Id, string Month, string Manifest);
