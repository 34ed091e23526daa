using System.ComponentModel;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Candidates;

/// <summary>The newest run of a candidate.</summary>
sealed record NewestRun
{
    [JsonIgnore]
    public string Candidate { get; init; } = "";

    [JsonIgnore]
    public string? DefinitionCode { get; init; }
    public required Guid ProcessRunId { get; init; }
    public required string Status { get; init; }
    public required string SourceSystem { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }

    [Description("When the ledger first heard of it.")]
    public required DateTime CreatedAt { get; init; }
}
