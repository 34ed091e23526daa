namespace RunLedger.Service.Runs;

/// <summary>The outcomes of ending a run by hand.</summary>
enum CloseResult
{
    /// <summary>The end is durable.</summary>
    Closed,

    /// <summary>The request lacks something.</summary>
    Invalid,

    /// <summary>The ledger has no such run.</summary>
    NotFound,

    /// <summary>The run has ended, or is archived.</summary>
    AlreadyOver,

    /// <summary>The intake rejected the end.</summary>
    Rejected,
}
