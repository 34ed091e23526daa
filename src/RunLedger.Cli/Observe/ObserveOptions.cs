using RunLedger.Cli.Options;

namespace RunLedger.Cli.Observe;

/// <summary>The options of <c>observe</c>; null where one was not given.</summary>
sealed record ObserveOptions
{
    public LedgerAddress Address { get; init; } = LedgerAddress.Default;
    public string? Candidate { get; init; }
    public string? Role { get; init; }
    public Guid? Parent { get; init; }
    public string? Correlation { get; init; }
    public string? Source { get; init; }
    public string? Key { get; init; }

    /// <summary>Which attempt at the run; null where none is named.</summary>
    public int? Attempt { get; init; }
    public TimeSpan? Timeout { get; init; }
    public TimeSpan KillAfter { get; init; }
    public TimeSpan Heartbeat { get; init; }
    public TimeSpan Flush { get; init; }
    public int Tail { get; init; }
    public string? Spool { get; init; }
    public bool Verbose { get; init; }
}
