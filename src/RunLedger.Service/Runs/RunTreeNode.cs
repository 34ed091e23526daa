using System.ComponentModel;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Runs;

/// <summary>A run in a tree: enough to draw it. The references and the evidence are at <c>/api/runs/{id}</c>.</summary>
sealed record RunTreeNode
{
    public required Guid ProcessRunId { get; init; }
    public required Guid? ParentRunId { get; init; }
    public required string ProcessCandidateCode { get; init; }
    public required string? ProcessDefinitionCode { get; init; }
    public required string CorrelationId { get; init; }
    public required string Status { get; init; }
    public required string SourceSystem { get; init; }
    public required string? ErrorRef { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }
    public required DateTime CreatedAt { get; init; }

    [Description("In the order in which the ledger first heard of them. Missing on ancestors.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RunTreeNode>? Children { get; init; }
}
