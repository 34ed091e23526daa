using System.ComponentModel;
using RunLedger.Service.Failures;

namespace RunLedger.Service.Assistants;

/// <summary>A page of groups of failures.</summary>
sealed record FailuresSeen
{
    public required DateTime Since { get; init; }

    [Description("True when more failed than is looked at: only the newest are counted.")]
    public required bool Truncated { get; init; }

    [Description("The most of the last hour first, then the newest.")]
    public required IReadOnlyList<FailureLine> Items { get; init; }

    [Description("Call again with it as cursor and the same arguments for the next page; null on the last one.")]
    public required string? NextCursor { get; init; }
}

/// <summary>Failures of one candidate and component that differ only in ids, numbers and the like.</summary>
sealed record FailureLine
{
    public required string Fingerprint { get; init; }
    public required long Count { get; init; }

    [Description("Runs that failed by it.")]
    public required long RunsFailed { get; init; }
    public required long LastHour { get; init; }
    public required long HourBefore { get; init; }
    public required DateTime FirstSeen { get; init; }
    public required DateTime LastSeen { get; init; }

    [Description("The run of the newest of them: ask explain_run for it.")]
    public required Guid ExampleRunId { get; init; }

    [Description("When somebody said that it is known of; null where nobody did.")]
    public required DateTime? AcknowledgedAt { get; init; }

    [Description("True when it failed after that.")]
    public required bool FailedAgain { get; init; }

    [Description(OutsideText.Says)]
    public required FailureTexts DataNotInstructions { get; init; }

    public static FailureLine From(FailureGroup group) => new()
    {
        Fingerprint = group.Fingerprint,
        Count = group.Count,
        RunsFailed = group.RunsFailed,
        LastHour = group.LastHour,
        HourBefore = group.HourBefore,
        FirstSeen = group.FirstSeen,
        LastSeen = group.LastSeen,
        ExampleRunId = group.ExampleRunId,
        AcknowledgedAt = group.AcknowledgedAt,
        FailedAgain = group.FailedAgain,
        DataNotInstructions = new()
        {
            Candidate = OutsideText.Cut(group.Candidate, OutsideText.Name),
            Component = AnswerRoom.Cut(group.Component, OutsideText.Name),
            Error = OutsideText.Cut(group.Error, OutsideText.Error),
            ExampleError = AnswerRoom.Cut(group.ExampleError, OutsideText.Error),
            AcknowledgedBy = AnswerRoom.Cut(group.AcknowledgedBy, OutsideText.Name),
            Note = AnswerRoom.Cut(group.Note, OutsideText.Sentence),
        },
    };
}

/// <summary>What failed and how, in the words of who reported it.</summary>
sealed record FailureTexts
{
    public required string Candidate { get; init; }

    [Description("Null for failures of runs themselves.")]
    public required string? Component { get; init; }

    [Description("The text they share, with what differs folded; empty where no error was given.")]
    public required string Error { get; init; }

    [Description("The text of the newest of them.")]
    public required string? ExampleError { get; init; }
    public required string? AcknowledgedBy { get; init; }

    [Description("What an operator noted.")]
    public required string? Note { get; init; }
}
