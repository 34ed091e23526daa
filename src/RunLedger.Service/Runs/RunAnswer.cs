using System.ComponentModel;
using System.Text.Json.Serialization;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Unlike;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>A header row as clients read it: the columns of the table in camelCase.</summary>
sealed record RunAnswer
{
    public required Guid ProcessRunId { get; init; }

    [Description("For example PROC-CAND:dot:kg.")]
    public required string ProcessCandidateCode { get; init; }

    [Description("Set only after the candidate became a definition.")]
    public required string? ProcessDefinitionCode { get; init; }
    public required string CorrelationId { get; init; }
    public required Guid? ParentRunId { get; init; }

    [Description("observed, started, step_started, step_completed, completed, failed, stuck, cancelled or orphan.")]
    public required string Status { get; init; }
    [Description("The attempt that status, times, output and error are of, from 1; those before it are in "
        + "evidenceRef.attempts.")]
    public required int Attempt { get; init; }
    public required string SourceSystem { get; init; }
    public required string? IdempotencyKey { get; init; }
    public required string? InputRef { get; init; }
    public required string? OutputRef { get; init; }
    public required string? ErrorRef { get; init; }

    [Description("What the messages said beyond the columns, with conflicts, warnings, flags and attempts; "
        + "null when nothing.")]
    public required RawJson? EvidenceRef { get; init; }

    [Description("True in a list where the evidence is too large for it and evidenceRef is null: "
        + "/api/runs/{id} has it. Else missing.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EvidenceOmitted { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }

    [Description("When the ledger first heard of the run; lists are sorted and cut by it.")]
    public required DateTime CreatedAt { get; init; }

    [Description("When the run left the ledger's tables for the archive; null while it is in them.")]
    public required DateTime? ArchivedAt { get; init; }

    [Description("How it, or a component of it, is unlike those before it; missing when it is not.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UnlikeAnswer>? Unlike { get; init; }

    [Description("When it should end. Missing in lists, and for a run that has ended or not started.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OutlookAnswer? Outlook { get; init; }

    public RunAnswer With(IReadOnlyList<UnlikeAnswer> unlike) =>
        unlike.Count == 0 ? this : this with { Unlike = unlike };

    public static RunAnswer From(RunRow row) => From(row, null);

    public static RunAnswer From(Listed<RunRow> run) => run.EvidenceOmitted
        ? From(run.Row, run.ArchivedAt) with { EvidenceOmitted = true }
        : From(run.Row, run.ArchivedAt);

    public static RunAnswer From(RunRow row, DateTime? archivedAt) => new()
    {
        ProcessRunId = row.ProcessRunId,
        ProcessCandidateCode = row.ProcessCandidateCode,
        ProcessDefinitionCode = row.ProcessDefinitionCode,
        CorrelationId = row.CorrelationId,
        ParentRunId = row.ParentRunId,
        Status = row.Status.Text(),
        Attempt = row.Attempt,
        SourceSystem = row.SourceSystem,
        IdempotencyKey = row.IdempotencyKey,
        InputRef = row.InputRef,
        OutputRef = row.OutputRef,
        ErrorRef = row.ErrorRef,
        EvidenceRef = RawJson.Evidence(row.EvidenceRef),
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
        CreatedAt = row.CreatedAt,
        ArchivedAt = archivedAt,
    };
}
