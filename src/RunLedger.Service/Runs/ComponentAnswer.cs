using System.ComponentModel;
using System.Text.Json.Serialization;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>A detail row as clients read it: the columns of the table in camelCase.</summary>
sealed record ComponentAnswer
{
    public required Guid ComponentRunId { get; init; }
    public required Guid ProcessRunId { get; init; }
    public required Guid? ParentRunId { get; init; }
    public required string CorrelationId { get; init; }
    public required string? DotCode { get; init; }

    [Description("producer, verifier or step.")]
    public required string? ComponentRole { get; init; }
    public required string? EventCode { get; init; }
    public required Guid? QueueJobId { get; init; }

    [Description("As for runs; a component that ended well is step_completed.")]
    public required string Status { get; init; }
    public required string? InputRef { get; init; }
    public required string? OutputRef { get; init; }
    public required string? ErrorRef { get; init; }

    [Description("What the messages said beyond the columns, with conflicts, warnings and flags; null when nothing.")]
    public required RawJson? EvidenceRef { get; init; }

    [Description("True in a list where the evidence is too large for it and evidenceRef is null: "
        + "/api/runs/{id}/components/{componentId} has it. Else missing.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EvidenceOmitted { get; init; }
    public required string? IdempotencyKey { get; init; }
    public required string SourceSystem { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }
    public required DateTime CreatedAt { get; init; }

    public static ComponentAnswer From(Listed<ComponentRow> component) => component.EvidenceOmitted
        ? From(component.Row) with { EvidenceOmitted = true }
        : From(component.Row);

    public static ComponentAnswer From(ComponentRow row) => new()
    {
        ComponentRunId = row.ComponentRunId,
        ProcessRunId = row.ProcessRunId,
        ParentRunId = row.ParentRunId,
        CorrelationId = row.CorrelationId,
        DotCode = row.DotCode,
        ComponentRole = row.ComponentRole,
        EventCode = row.EventCode,
        QueueJobId = row.QueueJobId,
        Status = row.Status.Text(),
        InputRef = row.InputRef,
        OutputRef = row.OutputRef,
        ErrorRef = row.ErrorRef,
        EvidenceRef = RawJson.Evidence(row.EvidenceRef),
        IdempotencyKey = row.IdempotencyKey,
        SourceSystem = row.SourceSystem,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
        CreatedAt = row.CreatedAt,
    };
}
