namespace RunLedger.Retention;

/// <summary>What this process last found when it applied retention.</summary>
sealed class ArchiveState
{
    /// <summary>Why nothing leaves the tables; null while all is well.</summary>
    public string? Fault { get; set; }
}
