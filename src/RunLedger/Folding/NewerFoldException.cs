namespace RunLedger.Folding;

/// <summary>A row was written by a newer RunLedger; this one would misread it and leaves it alone.</summary>
sealed class NewerFoldException : Exception
{
    public NewerFoldException(Guid id, byte version)
        : base($"Row {id} is kept in version {version} of the fold and this RunLedger knows "
            + $"{FoldCodec.Version}: upgrade it.")
    {
    }

    /// <param name="id">The row.</param>
    /// <param name="what">Of what a number is not known.</param>
    /// <param name="number">The number.</param>
    public NewerFoldException(Guid id, string what, int number)
        : base($"Row {id} is kept with {what} of number {number}, which this RunLedger does not know: upgrade it.")
    {
    }
}
