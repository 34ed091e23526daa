using System.Text.Json.Serialization;
using Parquet.Serialization.Attributes;
using RunLedger.Storage.Rows;

namespace RunLedger.Retention;

/// <summary>A row of <c>process_run_observation</c> in a file.</summary>
sealed class ArchivedRun : ArchivedRecord
{
    [JsonPropertyName("process_candidate_code"), ParquetRequired]
    public string ProcessCandidateCode { get; set; } = "";

    [JsonPropertyName("process_definition_code")]
    public string? ProcessDefinitionCode { get; set; }

    [JsonPropertyName("last_event_at"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public DateTime? LastEventAt { get; set; }

    [JsonPropertyName("live_at"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public DateTime? LiveAt { get; set; }

    [JsonPropertyName("deadline_at"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public DateTime? DeadlineAt { get; set; }

    [JsonPropertyName("settled_at"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public DateTime? SettledAt { get; set; }

    public static ArchivedRun Of(RunRow row)
    {
        var record = Of<ArchivedRun>(row);
        record.ProcessCandidateCode = row.ProcessCandidateCode;
        record.ProcessDefinitionCode = row.ProcessDefinitionCode;
        record.LastEventAt = row.LastEventAt;
        record.LiveAt = row.LiveAt;
        record.DeadlineAt = row.DeadlineAt;
        record.SettledAt = row.SettledAt;
        return record;
    }

    public RunRow Row() => With(new RunRow
    {
        ProcessCandidateCode = ProcessCandidateCode,
        ProcessDefinitionCode = ProcessDefinitionCode,
        LastEventAt = LastEventAt,
        LiveAt = LiveAt,
        DeadlineAt = DeadlineAt,
        SettledAt = SettledAt,
    });
}
