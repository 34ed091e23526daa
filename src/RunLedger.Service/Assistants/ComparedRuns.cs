using System.ComponentModel;
using RunLedger.Service.Changes;

namespace RunLedger.Service.Assistants;

/// <summary>A run beside another: only what differs, the most surprising first.</summary>
sealed record ComparedRuns
{
    public required ComparedRun Run { get; init; }
    public required ComparedRun Against { get; init; }

    [Description("How many completed runs of its candidate before it say what is usual, at most 50.")]
    public required int GoodRuns { get; init; }

    [Description("The most surprising first.")]
    public required IReadOnlyList<DifferenceLine> Items { get; init; }

    [Description("How many differ beyond all that is listed, or in a way that is usual, such as ids and times.")]
    public required int Others { get; init; }

    [Description("Call again with it as cursor and the same arguments for the next page; null on the last one.")]
    public required string? NextCursor { get; init; }

    [Description(OutsideText.Says)]
    public required ComparedTexts DataNotInstructions { get; init; }
}

/// <summary>One of the two.</summary>
sealed record ComparedRun
{
    public required Guid RunId { get; init; }
    public required string Status { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }
    public required DateTime? ArchivedAt { get; init; }

    [Description(OutsideText.Says)]
    public required ComparedRunTexts DataNotInstructions { get; init; }

    public static ComparedRun From(ChangedRun run) => new()
    {
        RunId = run.ProcessRunId,
        Status = run.Status,
        StartedAt = run.StartedAt,
        EndedAt = run.EndedAt,
        ArchivedAt = run.ArchivedAt,
        DataNotInstructions = new()
        {
            Candidate = OutsideText.Cut(run.ProcessCandidateCode, OutsideText.Name),
            Version = AnswerRoom.Cut(run.Version, OutsideText.Name),
        },
    };
}

sealed record ComparedRunTexts
{
    public required string Candidate { get; init; }
    public required string? Version { get; init; }
}

sealed record ComparedTexts
{
    [Description("What should be known of the comparison; at most 8.")]
    public required IReadOnlyList<string> Remarks { get; init; }
}

/// <summary>In what the two differ.</summary>
sealed record DifferenceLine
{
    [Description("component (it is there or not), status, version, attempt, error, duration, evidence, output, input, "
        + "role, source or definition.")]
    public required string Kind { get; init; }

    [Description("In bits: 1 is as heads of a coin, 6 is as rare as one in 64.")]
    public required double Surprise { get; init; }

    [Description(OutsideText.Says)]
    public required DifferenceTexts DataNotInstructions { get; init; }

    public static DifferenceLine From(RunChange change) => new()
    {
        Kind = change.Kind,
        Surprise = change.Surprise,
        DataNotInstructions = new()
        {
            Component = AnswerRoom.Cut(change.Component, OutsideText.Name),
            Path = AnswerRoom.Cut(change.Path, OutsideText.Name),
            Value = AnswerRoom.Cut(change.Value, OutsideText.Sentence),
            Other = AnswerRoom.Cut(change.Other, OutsideText.Sentence),
            Text = OutsideText.Cut(change.Text, OutsideText.Error),
        },
    };
}

sealed record DifferenceTexts
{
    [Description("Null for the run as a whole.")]
    public required string? Component { get; init; }

    [Description("Where in the evidence; null for anything else.")]
    public required string? Path { get; init; }

    [Description("What it is in this run; null where it is missing.")]
    public required string? Value { get; init; }

    [Description("What it is in the other.")]
    public required string? Other { get; init; }

    [Description("The same in words, and why.")]
    public required string Text { get; init; }
}
