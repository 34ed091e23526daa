using System.ComponentModel;
using RunLedger.Service.Incidents;
using RunLedger.Service.Overview;

namespace RunLedger.Service.Assistants;

/// <summary>What is wrong now: of runs, and of the ledger itself.</summary>
sealed record WrongNow
{
    public required DateTime At { get; init; }

    [Description("True when there is neither a problem nor an incident that lasts.")]
    public required bool AllIsWell { get; init; }

    [Description("What wants to be looked at, in the ledger's own words; the first 20.")]
    public required IReadOnlyList<ProblemLine> Problems { get; init; }

    [Description("Runs by status: all nine, also those nobody is in.")]
    public required IReadOnlyDictionary<string, long> RunsByStatus { get; init; }
    public required long FailedLastHour { get; init; }
    public required long FailedHourBefore { get; init; }

    [Description("How far what the ledger shows is behind what was published; null where that is not known.")]
    public required double? LagSeconds { get; init; }

    [Description("A page of what lasts by a rule that somebody armed, the newest first.")]
    public required IReadOnlyList<IncidentLine> Incidents { get; init; }

    [Description("Call again with it as cursor for the incidents after these; null where there are no more.")]
    public required string? NextCursor { get; init; }
}

/// <summary>Something that is wrong, in a sentence.</summary>
sealed record ProblemLine
{
    public required string Text { get; init; }

    [Description("False where it only wants to be looked at.")]
    public required bool Bad { get; init; }

    [Description("The page of the ledger that shows it; null where none does.")]
    public required string? Page { get; init; }

    public static ProblemLine From(Problem problem) => new()
    {
        Text = OutsideText.Cut(problem.Text, OutsideText.Name),
        Bad = problem.Bad,
        Page = problem.Link,
    };
}

/// <summary>An incident that lasts.</summary>
sealed record IncidentLine
{
    public required Guid Id { get; init; }

    [Description("failed, in_a_row, rate, stuck, orphan, missed, slow, rejected, behind or channel.")]
    public required string Condition { get; init; }
    public required DateTime BeganAt { get; init; }

    [Description("When people were told first; null while they were not.")]
    public required DateTime? ToldAt { get; init; }

    [Description("An example: ask explain_run for it; null where it is about no run.")]
    public required Guid? RunId { get; init; }

    [Description(OutsideText.Says)]
    public required IncidentTexts DataNotInstructions { get; init; }

    public static IncidentLine From(IncidentAnswer incident) => new()
    {
        Id = incident.Id,
        Condition = incident.Condition,
        BeganAt = incident.BeganAt,
        ToldAt = incident.ToldAt,
        RunId = incident.RunId,
        DataNotInstructions = new()
        {
            Title = OutsideText.Cut(incident.Title, OutsideText.Name),
            Text = OutsideText.Cut(incident.Text, OutsideText.Error),
            Rule = AnswerRoom.Cut(incident.Rule, OutsideText.Name),
            Candidate = AnswerRoom.Cut(incident.Candidate, OutsideText.Name),
        },
    };
}

sealed record IncidentTexts
{
    public required string Title { get; init; }
    public required string Text { get; init; }

    [Description("Null for what the ledger tells of itself.")]
    public required string? Rule { get; init; }

    [Description("Null where it is about the ledger.")]
    public required string? Candidate { get; init; }
}
