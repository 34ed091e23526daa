using System.ComponentModel;
using RunLedger.Service.Charts;

namespace RunLedger.Service.Candidates;

/// <summary>A process candidate in figures: evidence for a decision that somebody else makes.</summary>
record CandidateAnswer
{
    public required string Candidate { get; init; }

    [Description("Set where the candidate has become a definition.")]
    public required string? DefinitionCode { get; init; }

    [Description("Its runs in the ledger's tables, those in the archive left out; at most 1,000 in the "
        + "list, and 5,000 of one.")]
    public required long Runs { get; init; }

    [Description("True when there are more than are counted.")]
    public required bool RunsTruncated { get; init; }
    public required NewestRun NewestRun { get; init; }
    public required CandidateTrouble Trouble { get; init; }

    [Description("What the figures below are of.")]
    public required CandidateFigures Figures { get; init; }
}

/// <summary>What is open about a candidate now, whenever its runs began.</summary>
/// <param name="FailedLastDay">By the time of their end.</param>
/// <param name="Stuck">Now.</param>
/// <param name="Orphan">Now.</param>
/// <param name="Open">Not ended, and neither stuck nor an orphan.</param>
/// <param name="Truncated">There may be more.</param>
sealed record CandidateTrouble(
    [property: Description("Runs that failed in the last 24 hours, by the time of their end.")] long FailedLastDay,
    long Stuck,
    long Orphan,
    [property: Description("Not ended, and neither stuck nor an orphan.")] long Open,
    [property: Description("True when the ledger has more of a kind than the newest 5,000 that were looked at.")]
    bool Truncated);

/// <summary>The figures of the runs that were counted.</summary>
sealed record CandidateFigures
{
    [Description("The first day, UTC, by the time at which the ledger first heard of a run.")]
    public required DateTime Since { get; init; }

    [Description("How many days; the last one is not over yet.")]
    public required int Days { get; init; }

    [Description("Of each day the newest runs are counted, at most so many; null where all were counted.")]
    public required int? MostADay { get; init; }

    [Description("How many runs were counted.")]
    public required long Counted { get; init; }

    [Description("True when there was a day with as many as are counted at most.")]
    public required bool Truncated { get; init; }
    public required OutcomeCounts Outcomes { get; init; }

    [Description("Completed, of the runs that ended (completed, failed, cancelled); null where none did.")]
    public required double? SuccessRate { get; init; }

    [Description("Half of the completed runs took at most so long; null where none did.")]
    public required double? P50Seconds { get; init; }

    [Description("Nineteen of twenty completed runs took at most so long.")]
    public required double? P95Seconds { get; init; }

    [Description("The oldest first.")]
    public required IReadOnlyList<CandidateDay> ByDay { get; init; }
}

/// <summary>The runs of a day.</summary>
sealed record CandidateDay
{
    public required DateTime Day { get; init; }
    public required OutcomeCounts Outcomes { get; init; }
    public required double? P50Seconds { get; init; }
    public required double? P95Seconds { get; init; }

    [Description("True when as many were counted as are at most.")]
    public required bool Truncated { get; init; }
}
