namespace RunLedger.Folding;

/// <summary>A status and what is true of it; <see cref="RunStatusText"/> has all of them.</summary>
/// <param name="Status">Which.</param>
/// <param name="Text">As the tables, the API and the messages spell it.</param>
sealed record StatusTraits(RunStatus Status, string Text)
{
    /// <summary>A run that was reported so is over.</summary>
    public bool EndsRun { get; init; }

    /// <summary>A component that was reported so is over.</summary>
    public bool EndsComponent { get; init; }

    /// <summary>A component in it has not ended, and nothing is inferred of it.</summary>
    public bool IsOpenComponent { get; init; }

    /// <summary>A run in it is over, or given up: retention lets it go. Others stay for ever.</summary>
    public bool IsRetained { get; init; }
}
