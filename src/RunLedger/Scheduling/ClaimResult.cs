using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>What became of a claim's rows; those it does not name stay as they were.</summary>
sealed record ClaimResult
{
    /// <summary>Sent, or set aside: deleted.</summary>
    public List<Guid> Gone { get; } = [];

    /// <summary>Recurring messages, and when they are due again.</summary>
    public List<(Guid Token, DateTime DueAt)> Moved { get; } = [];

    public List<RejectedRow> Rejected { get; } = [];
}
