using System.ComponentModel;

namespace RunLedger.Service.Rejected;

/// <summary>Open rejected rows of one contract whose reasons differ only in ids, numbers and the like.</summary>
sealed record RejectedGroup
{
    public required string Fingerprint { get; init; }
    public required string? Contract { get; init; }

    [Description("The reason they share, with what differs folded.")]
    public required string Reason { get; init; }
    public required long Count { get; init; }
    public required DateTime FirstSeen { get; init; }
    public required DateTime LastSeen { get; init; }

    [Description("The newest of them.")]
    public required Guid ExampleId { get; init; }
    public required string ExampleOrigin { get; init; }
}
