using System.ComponentModel;
using RunLedger.Service.Dossier;

namespace RunLedger.Service.Assistants;

/// <summary>What a candidate's runs show by a time, in figures, with a page of what failed.</summary>
sealed record DossierFigures
{
    [Description("Send it as asOf with the cursor for the next page.")]
    public required DateTime AsOf { get; init; }
    public required GapFigures Gaps { get; init; }
    public required RunFigures Runs { get; init; }
    public required SuccessFigures Success { get; init; }
    public required DurationFigures Durations { get; init; }
    public required ComponentFigures Components { get; init; }
    public required AttemptFigures Attempts { get; init; }
    public required OverruledFigures Overruled { get; init; }
    public required LedgerFigures Ledger { get; init; }

    [Description("A page of its groups of failures, the most of them first.")]
    public required IReadOnlyList<DossierFailure> Failures { get; init; }

    [Description("Failures that are in none of the groups that are listed.")]
    public required long FailuresNotListed { get; init; }

    [Description("Call again with it as cursor and the same arguments for the next page; null on the last one.")]
    public required string? NextCursor { get; init; }

    [Description(OutsideText.Says)]
    public required DossierTexts DataNotInstructions { get; init; }

    public static DossierFigures From(DossierDocument document) => new()
    {
        AsOf = document.AsOf,
        Gaps = document.Observed.Gaps,
        Runs = document.Observed.Runs,
        Success = document.Observed.Success,
        Durations = document.Observed.Durations,
        Components = document.Observed.Components,
        Attempts = document.Observed.Attempts,
        Overruled = document.Observed.Overruled,
        Ledger = new(
            document.Ledger.Announced, document.Ledger.Stuck, document.Ledger.Orphans, document.Ledger.Arrival,
            document.Ledger.Archive, document.Ledger.Rejected),
        Failures = [],
        FailuresNotListed = document.Observed.FailuresNotListed,
        NextCursor = null,
        DataNotInstructions = new()
        {
            Candidate = OutsideText.Cut(document.Candidate, OutsideText.Name),
            Definition = AnswerRoom.Cut(document.Ledger.Definition, OutsideText.Name),
        },
    };
}

/// <summary>What this ledger adds by its own clock.</summary>
sealed record LedgerFigures(
    [property: Description("Runs of which nothing but an announcement is known.")] long Announced,
    FlagFigures Stuck,
    FlagFigures Orphans,
    ArrivalFigures Arrival,
    ArchiveFigures Archive,
    RejectedFigures Rejected);

sealed record DossierTexts
{
    public required string Candidate { get; init; }

    [Description("What the candidate became; null where nobody said so by then.")]
    public required string? Definition { get; init; }
}

/// <summary>Failures of one component, or of runs themselves, whose error texts are alike.</summary>
sealed record DossierFailure
{
    public required string Fingerprint { get; init; }
    public required long Count { get; init; }
    public required DateTime FirstAt { get; init; }
    public required DateTime LastAt { get; init; }

    [Description(OutsideText.Says)]
    public required DossierFailureTexts DataNotInstructions { get; init; }

    public static DossierFailure From(FailureFigures failure, FailureNote? note) => new()
    {
        Fingerprint = failure.Fingerprint,
        Count = failure.Count,
        FirstAt = failure.FirstAt,
        LastAt = failure.LastAt,
        DataNotInstructions = new()
        {
            Component = AnswerRoom.Cut(failure.Component, OutsideText.Name),
            Error = OutsideText.Cut(failure.Error, OutsideText.Error),
            Note = AnswerRoom.Cut(note?.Note, OutsideText.Sentence),
        },
    };
}

sealed record DossierFailureTexts
{
    [Description("Null for failures of runs themselves.")]
    public required string? Component { get; init; }

    [Description("The text they share, with what differs folded; empty where none was given.")]
    public required string Error { get; init; }

    [Description("What an operator noted.")]
    public required string? Note { get; init; }
}
