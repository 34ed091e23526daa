using System.Text.Json.Serialization;
using Parquet.Serialization.Attributes;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Retention;

/// <summary>
/// A row in a Parquet file: the table's columns by their names. Ids are text, because few readers know Parquet's UUID;
/// times are microseconds, UTC.
/// </summary>
abstract class ArchivedRecord
{
    [JsonPropertyName("process_run_id"), ParquetRequired]
    public string ProcessRunId { get; set; } = "";

    [JsonPropertyName("parent_run_id")]
    public string? ParentRunId { get; set; }

    [JsonPropertyName("correlation_id"), ParquetRequired]
    public string CorrelationId { get; set; } = "";

    [JsonPropertyName("status"), ParquetRequired]
    public string Status { get; set; } = "";

    [JsonPropertyName("source_system"), ParquetRequired]
    public string SourceSystem { get; set; } = "";

    [JsonPropertyName("idempotency_key")]
    public string? IdempotencyKey { get; set; }

    [JsonPropertyName("input_ref")]
    public string? InputRef { get; set; }

    [JsonPropertyName("output_ref")]
    public string? OutputRef { get; set; }

    [JsonPropertyName("error_ref")]
    public string? ErrorRef { get; set; }

    [JsonPropertyName("evidence_ref")]
    public string? EvidenceRef { get; set; }

    [JsonPropertyName("started_at"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public DateTime? StartedAt { get; set; }

    [JsonPropertyName("ended_at"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public DateTime? EndedAt { get; set; }

    [JsonPropertyName("created_at"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public DateTime CreatedAt { get; set; }

    [JsonPropertyName("fold")]
    public byte[]? Fold { get; set; }

    protected static T Of<T>(LedgerRow row)
        where T : ArchivedRecord, new() => new()
        {
            ProcessRunId = row.ProcessRunId.ToString(),
            ParentRunId = row.ParentRunId?.ToString(),
            CorrelationId = row.CorrelationId,
            Status = row.Status.Text(),
            SourceSystem = row.SourceSystem,
            IdempotencyKey = row.IdempotencyKey,
            InputRef = row.InputRef,
            OutputRef = row.OutputRef,
            ErrorRef = row.ErrorRef,
            EvidenceRef = row.EvidenceRef,
            StartedAt = row.StartedAt,
            EndedAt = row.EndedAt,
            CreatedAt = row.CreatedAt,
            Fold = row.Fold,
        };

    protected T With<T>(T own)
        where T : LedgerRow => (T)((LedgerRow)own with
        {
            ProcessRunId = Guid.Parse(ProcessRunId),
            ParentRunId = Id(ParentRunId),
            CorrelationId = CorrelationId,
            Status = RunStatusText.Parse(Status),
            SourceSystem = SourceSystem,
            IdempotencyKey = IdempotencyKey,
            InputRef = InputRef,
            OutputRef = OutputRef,
            ErrorRef = ErrorRef,
            EvidenceRef = EvidenceRef,
            StartedAt = StartedAt,
            EndedAt = EndedAt,
            CreatedAt = CreatedAt,
            Fold = Fold,
        });

    protected static Guid? Id(string? text) => text is null ? null : Guid.Parse(text);
}
