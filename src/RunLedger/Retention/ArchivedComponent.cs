using System.Text.Json.Serialization;
using Parquet.Serialization.Attributes;
using RunLedger.Storage.Rows;

namespace RunLedger.Retention;

/// <summary>A row of <c>process_component_observation</c> in a file.</summary>
sealed class ArchivedComponent : ArchivedRecord
{
    [JsonPropertyName("component_run_id"), ParquetRequired]
    public string ComponentRunId { get; set; } = "";

    [JsonPropertyName("dot_code")]
    public string? DotCode { get; set; }

    [JsonPropertyName("component_role")]
    public string? ComponentRole { get; set; }

    [JsonPropertyName("event_code")]
    public string? EventCode { get; set; }

    [JsonPropertyName("queue_job_id")]
    public string? QueueJobId { get; set; }

    public static ArchivedComponent Of(ComponentRow row)
    {
        var record = Of<ArchivedComponent>(row);
        record.ComponentRunId = row.ComponentRunId.ToString();
        record.DotCode = row.DotCode;
        record.ComponentRole = row.ComponentRole;
        record.EventCode = row.EventCode;
        record.QueueJobId = row.QueueJobId?.ToString();
        return record;
    }

    public ComponentRow Row() => With(new ComponentRow
    {
        ComponentRunId = Guid.Parse(ComponentRunId),
        DotCode = DotCode,
        ComponentRole = ComponentRole,
        EventCode = EventCode,
        QueueJobId = Id(QueueJobId),
    });
}
