namespace RunLedger.Folding;

/// <summary>A row was written by a newer RunLedger; this one would misread it and leaves it alone.</summary>
sealed class NewerFoldException(Guid id, byte version) : Exception(
    $"Row {id} is kept in version {version} of the fold and this RunLedger knows {FoldCodec.Version}: upgrade it.");
