using RunLedger.Folding;
using RunLedger.Service.Channels;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>A run that was settled: it ended, or was flagged.</summary>
sealed record EndedRun
{
    /// <summary>What ended so long before the ledger heard of it tells nobody: it is history.</summary>
    static readonly TimeSpan Old = TimeSpan.FromDays(1);

    public required Guid Id { get; init; }
    public required string Candidate { get; init; }
    public required string Status { get; init; }
    public required DateTime? EndedAt { get; init; }

    /// <summary>By the ledger's clock.</summary>
    public required DateTime SettledAt { get; init; }

    /// <summary>The beginning of it.</summary>
    public required string? Error { get; init; }

    /// <summary>What failed and how; null before that is known, and where it did not fail.</summary>
    public MessageGroup? Group { get; init; }

    public bool Failed => Status == RunStatus.Failed.Text();

    /// <summary>Whether it says something of how its candidate fares.</summary>
    public bool Counts =>
        (Failed || Status == RunStatus.Completed.Text()) && !(SettledAt - EndedAt > Old);

    public static EndedRun Read(StoredRow row) => new()
    {
        Id = row.GetGuid(0),
        Candidate = row.GetString(1),
        Status = row.GetString(2),
        EndedAt = row.TimeAt(3),
        SettledAt = row.GetTime(4),
        Error = row.TextAt(5),
    };
}
