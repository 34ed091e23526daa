using System.ComponentModel;

namespace RunLedger.Service.Failures;

/// <summary>Failures by what failed and how; the most of the last hour first, then the newest.</summary>
sealed record FailureGroups
{
    public required DateTime Since { get; init; }
    public required IReadOnlyList<FailureGroup> Items { get; init; }

    [Description("True when more failed than is looked at: only the newest are counted.")]
    public required bool Truncated { get; init; }
}

/// <summary>
/// Failures of one candidate and component whose error texts differ only in ids, numbers and the like.
/// </summary>
sealed record FailureGroup
{
    public required string Fingerprint { get; init; }
    public required string Candidate { get; init; }

    [Description("The component's dotCode, else its eventCode or role; null for failures of runs themselves.")]
    public required string? Component { get; init; }

    [Description("The error text they share, with what differs folded; empty where no error was given.")]
    public required string Error { get; init; }

    [Description("Failures since the time that was asked for.")]
    public required long Count { get; init; }

    [Description("Runs that failed by it: of a component those whose own error is the component's, has it within or is "
        + "within it. They are not told of again in a group of runs.")]
    public required long RunsFailed { get; init; }
    public required long LastHour { get; init; }
    public required long HourBefore { get; init; }

    [Description("Failures per hour of the last 24, the oldest first.")]
    public required IReadOnlyList<long> Trend { get; init; }

    [Description("The first within the time that was asked for.")]
    public required DateTime FirstSeen { get; init; }
    public required DateTime LastSeen { get; init; }

    [Description("The run of the newest of them.")]
    public required Guid ExampleRunId { get; init; }

    [Description("The error text of the newest of them.")]
    public required string? ExampleError { get; init; }
    public required DateTime? AcknowledgedAt { get; init; }
    public required string? AcknowledgedBy { get; init; }

    [Description("True when it failed after it was acknowledged.")]
    public required bool FailedAgain { get; init; }
    public required string? Note { get; init; }
    public required DateTime? NotedAt { get; init; }
    public required string? NotedBy { get; init; }
}

/// <summary>What an operator says of a group of failures.</summary>
sealed record NoteRequest(
    [property: Description("At most 2,000 characters; an empty note takes the last one away.")] string? Note);
