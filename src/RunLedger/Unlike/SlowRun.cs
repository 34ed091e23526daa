namespace RunLedger.Unlike;

/// <summary>A run, or a component of it, that is slow now.</summary>
/// <param name="Mark">What it is unlike.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Now">The ledger's clock.</param>
sealed record SlowRun(UnlikeMark Mark, DateTime StartedAt, DateTime Now)
{
    public TimeSpan Elapsed => Now > StartedAt ? Now - StartedAt : TimeSpan.Zero;

    /// <summary>For people.</summary>
    public string Sentence => Mark.Sentence(Elapsed.TotalSeconds);
}
