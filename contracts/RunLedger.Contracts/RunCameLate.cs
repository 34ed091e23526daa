namespace RunLedger.Contracts;

/// <summary>A run that was missed was heard of after all: it takes back <see cref="RunMissed"/>.</summary>
public sealed record RunCameLate : ExpectationNotice
{
    /// <summary>The run.</summary>
    public required Guid ProcessRunId { get; init; }

    /// <summary>The candidate of the run.</summary>
    public required string ProcessCandidateCode { get; init; }

    /// <summary>When it started, by its sender's clock; where that is not known, when it was first heard of.</summary>
    public required DateTimeOffset StartedAt { get; init; }
}
