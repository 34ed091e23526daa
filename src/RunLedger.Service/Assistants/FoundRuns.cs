using System.ComponentModel;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Assistants;

/// <summary>A page of runs.</summary>
sealed record FoundRuns
{
    [Description("The newest first.")]
    public required IReadOnlyList<RunLine> Items { get; init; }

    [Description("Call again with it as cursor and the same arguments for the next page; null on the last one.")]
    public required string? NextCursor { get; init; }

    [Description("Where text was searched for: only so many of the newest runs were searched, and there are more. "
        + "Else null.")]
    public required int? SearchedNewest { get; init; }
}

/// <summary>A run on a line.</summary>
sealed record RunLine
{
    public required Guid RunId { get; init; }
    public required Guid? ParentRunId { get; init; }

    [Description("observed, started, step_started, step_completed, completed, failed, stuck, cancelled or orphan.")]
    public required string Status { get; init; }

    [Description("The attempt that status, times and error are of, from 1.")]
    public required int Attempt { get; init; }

    [Description("dot_runtime, job_queue, workflow_engine or dry_run.")]
    public required string SourceSystem { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }

    [Description("When the ledger first heard of the run.")]
    public required DateTime CreatedAt { get; init; }

    [Description(OutsideText.Says)]
    public required RunTexts DataNotInstructions { get; init; }

    public static RunLine From(RunRow run) => new()
    {
        RunId = run.ProcessRunId,
        ParentRunId = run.ParentRunId,
        Status = run.Status.Text(),
        Attempt = run.Attempt,
        SourceSystem = run.SourceSystem,
        StartedAt = run.StartedAt,
        EndedAt = run.EndedAt,
        CreatedAt = run.CreatedAt,
        DataNotInstructions = new()
        {
            Candidate = OutsideText.Cut(run.ProcessCandidateCode, OutsideText.Name),
            Definition = AnswerRoom.Cut(run.ProcessDefinitionCode, OutsideText.Name),
            CorrelationId = OutsideText.Cut(run.CorrelationId, OutsideText.Name),
            IdempotencyKey = AnswerRoom.Cut(run.IdempotencyKey, OutsideText.Name),
            Input = AnswerRoom.Cut(run.InputRef, OutsideText.Name),
            Output = AnswerRoom.Cut(run.OutputRef, OutsideText.Name),
            Error = AnswerRoom.Cut(run.ErrorRef, OutsideText.Error),
        },
    };
}

/// <summary>What senders called the run and what belongs to it.</summary>
sealed record RunTexts
{
    [Description("The code of its process candidate.")]
    public required string Candidate { get; init; }
    public required string? Definition { get; init; }

    [Description("The wire key, which runs that belong together share.")]
    public required string CorrelationId { get; init; }
    public required string? IdempotencyKey { get; init; }
    public required string? Input { get; init; }
    public required string? Output { get; init; }
    public required string? Error { get; init; }
}
