using System.ComponentModel;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Runs;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Assistants;

/// <summary>A run, what became of it and why, as far as the ledger knows, with a page of its components.</summary>
sealed record ExplainedRun
{
    public required RunLine Run { get; init; }

    [Description("When it left the ledger's tables for the archive; null while it is in them.")]
    public required DateTime? ArchivedAt { get; init; }

    [Description("Of an open run: with a chance of 80 % it ends at this time or later; null where that is not known.")]
    public required DateTime? ShouldEndFrom { get; init; }

    [Description("And at this time or earlier.")]
    public required DateTime? ShouldEndTo { get; init; }

    [Description("How many components it has, by status: all nine.")]
    public required IReadOnlyDictionary<string, long> ComponentsByStatus { get; init; }

    [Description("A page of its components, in the order they started.")]
    public required IReadOnlyList<ComponentLine> Components { get; init; }

    [Description("Call again with it as cursor for the components after these; null where there are no more.")]
    public required string? NextCursor { get; init; }

    [Description(OutsideText.Says)]
    public required ExplainedTexts DataNotInstructions { get; init; }
}

/// <summary>What is said of a run in words, with words of its senders in them.</summary>
sealed record ExplainedTexts
{
    [Description("The run in a sentence.")]
    public required string Summary { get; init; }

    [Description("What somebody should know of it: why it is stuck or an orphan, how it is unlike others, warnings and "
        + "conflicts; at most 8.")]
    public required IReadOnlyList<string> Remarks { get; init; }

    [Description("What the messages said beyond that, as JSON in a text; null when nothing.")]
    public required string? Evidence { get; init; }
}

/// <summary>A component of a run on a line.</summary>
sealed record ComponentLine
{
    public required Guid ComponentRunId { get; init; }

    [Description("As for runs; a component that ended well is step_completed.")]
    public required string Status { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }

    [Description(OutsideText.Says)]
    public required ComponentTexts DataNotInstructions { get; init; }

    public static ComponentLine From(Listed<ComponentRow> component) => new()
    {
        ComponentRunId = component.Row.ComponentRunId,
        Status = component.Row.Status.Text(),
        StartedAt = component.Row.StartedAt,
        EndedAt = component.Row.EndedAt,
        DataNotInstructions = new()
        {
            Name = OutsideText.Cut(RunSummary.Name(component.Row), OutsideText.Name),
            Role = AnswerRoom.Cut(component.Row.ComponentRole, OutsideText.Name),
            Input = AnswerRoom.Cut(component.Row.InputRef, OutsideText.Name),
            Output = AnswerRoom.Cut(component.Row.OutputRef, OutsideText.Name),
            Error = AnswerRoom.Cut(component.Row.ErrorRef, OutsideText.Error),
            Evidence = AnswerRoom.Cut(component.Row.EvidenceRef, OutsideText.Error),
        },
    };
}

/// <summary>What senders called a component and what belongs to it.</summary>
sealed record ComponentTexts
{
    public required string Name { get; init; }

    [Description("producer, verifier or step.")]
    public required string? Role { get; init; }
    public required string? Input { get; init; }
    public required string? Output { get; init; }
    public required string? Error { get; init; }

    [Description("As JSON in a text; null when nothing, or where it is too large for a list.")]
    public required string? Evidence { get; init; }
}
