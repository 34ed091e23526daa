using System.ComponentModel;
using System.Text.Json.Serialization;
using RunLedger.Service.Charts;
using RunLedger.Service.Policies;
using RunLedger.Service.Unlike;

namespace RunLedger.Service.Candidates;

/// <summary>A process candidate with all that its runs say of it.</summary>
sealed record CandidateDetail : CandidateAnswer
{
    [Description("How long counted runs that ended took, the newest first; of more than 500, so many from all of the "
        + "time alike.")]
    public required IReadOnlyList<DurationPoint> Durations { get; init; }

    [Description("Those with the most failures first.")]
    public required IReadOnlyList<CandidateComponent> Components { get; init; }

    [Description("Of how many of the newest counted runs the components are, at most 500.")]
    public required int ComponentRuns { get; init; }

    [Description("True when those runs have more than 20,000 rows of components: so many were looked at.")]
    public required bool ComponentsTruncated { get; init; }

    [Description("By the member version of the evidence of the newest counted runs, at most 500; the newest first. "
        + "Missing where none has it.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CandidateVersion>? Versions { get; init; }

    [Description("From when on its runs are unlike those before them.")]
    public required UsualAnswer Usual { get; init; }

    [Description("The limits that apply to its runs.")]
    public required PolicyAnswer Policy { get; init; }

    [Description("What is expected of it, by its code or a pattern, at most 20 by name.")]
    public required IReadOnlyList<CandidateExpectation> Expected { get; init; }

    [Description("Of the newest counted runs that failed, at most 10; the newest first.")]
    public required IReadOnlyList<CandidateRun> RecentFailures { get; init; }

    [Description("The newest, at most 10.")]
    public required IReadOnlyList<CandidateRun> RecentRuns { get; init; }
}

/// <summary>When runs of a candidate are to start, and whether the last one did.</summary>
sealed record CandidateExpectation
{
    public required string Name { get; init; }

    [Description("The candidates it is for; * and ? are wildcards.")]
    public required string Candidate { get; init; }
    public required string Cron { get; init; }

    [Description("The time zone of the cron; null is UTC.")]
    public required string? Zone { get; init; }
    public required TimeSpan Grace { get; init; }

    [Description("The last slot that was judged; null before the first.")]
    public required DateTime? JudgedSlotAt { get; init; }

    [Description("Whether that was missed, and no run of it was heard of since.")]
    public required bool Missing { get; init; }

    [Description("The next slot; null where there is none.")]
    public required DateTime? NextAt { get; init; }
}

/// <summary>A component of a candidate across its runs.</summary>
sealed record CandidateComponent
{
    [Description("Its dotCode, else its eventCode, else its role.")]
    public required string Component { get; init; }

    [Description("Runs that have it.")]
    public required long Runs { get; init; }

    [Description("Attempts at it that failed.")]
    public required long Failures { get; init; }

    [Description("Runs in which an attempt at it failed and a later one completed.")]
    public required long Flaked { get; init; }

    [Description("Those, of the runs that have it.")]
    public required double FlakeRate { get; init; }

    [Description("Of the attempts that completed.")]
    public required double? P50Seconds { get; init; }
}

/// <summary>The runs that said they were of a version.</summary>
sealed record CandidateVersion
{
    public required string Version { get; init; }
    public required OutcomeCounts Outcomes { get; init; }

    [Description("Completed, of those that ended; null where none did.")]
    public required double? SuccessRate { get; init; }

    [Description("When the ledger first heard of the newest of them.")]
    public required DateTime LastSeen { get; init; }
}

/// <summary>A run of the candidate, in a line.</summary>
sealed record CandidateRun
{
    public required Guid ProcessRunId { get; init; }
    public required string Status { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }
    public required DateTime CreatedAt { get; init; }

    [Description("Its first 512 characters.")]
    public required string? ErrorRef { get; init; }
}
