using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using RunLedger.Folding;

namespace RunLedger.Storage.Rows;

/// <summary>Rows out of either store, by column position.</summary>
static class RowReader
{
    const string Shared =
        "process_run_id, parent_run_id, correlation_id, status, source_system, idempotency_key, input_ref, output_ref, "
        + "error_ref, evidence_ref, started_at, ended_at, created_at, fold";

    /// <summary>All but the last, <c>settled_at</c>.</summary>
    public const string RunColumnsButSettled =
        Shared + ", process_candidate_code, process_definition_code, last_event_at, live_at, deadline_at";
    public const string RunColumns = RunColumnsButSettled + ", settled_at";
    public const string ComponentColumns =
        Shared + ", component_run_id, dot_code, component_role, event_code, queue_job_id";

    public static RunRow Run(DbDataReader reader) => new()
    {
        ProcessRunId = reader.GetGuid(0),
        ParentRunId = Id(reader, 1),
        CorrelationId = reader.GetString(2),
        Status = RunStatusText.Parse(reader.GetString(3)),
        SourceSystem = reader.GetString(4),
        IdempotencyKey = Text(reader, 5),
        InputRef = Text(reader, 6),
        OutputRef = Text(reader, 7),
        ErrorRef = Text(reader, 8),
        EvidenceRef = Text(reader, 9),
        StartedAt = Time(reader, 10),
        EndedAt = Time(reader, 11),
        CreatedAt = Time(reader, 12)!.Value,
        Fold = reader.IsDBNull(13) ? null : reader.GetFieldValue<byte[]>(13),
        ProcessCandidateCode = reader.GetString(14),
        ProcessDefinitionCode = Text(reader, 15),
        LastEventAt = Time(reader, 16),
        LiveAt = Time(reader, 17),
        DeadlineAt = Time(reader, 18),
        SettledAt = Time(reader, 19),
    };

    public static ComponentRow Component(DbDataReader reader) => new()
    {
        ProcessRunId = reader.GetGuid(0),
        ParentRunId = Id(reader, 1),
        CorrelationId = reader.GetString(2),
        Status = RunStatusText.Parse(reader.GetString(3)),
        SourceSystem = reader.GetString(4),
        IdempotencyKey = Text(reader, 5),
        InputRef = Text(reader, 6),
        OutputRef = Text(reader, 7),
        ErrorRef = Text(reader, 8),
        EvidenceRef = Text(reader, 9),
        StartedAt = Time(reader, 10),
        EndedAt = Time(reader, 11),
        CreatedAt = Time(reader, 12)!.Value,
        Fold = reader.IsDBNull(13) ? null : reader.GetFieldValue<byte[]>(13),
        ComponentRunId = reader.GetGuid(14),
        DotCode = Text(reader, 15),
        ComponentRole = Text(reader, 16),
        EventCode = Text(reader, 17),
        QueueJobId = Id(reader, 18),
    };

    static string? Text(DbDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    static Guid? Id(DbDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetGuid(at);

    // SQLite keeps times as ISO 8601 text.
    static DateTime? Time(DbDataReader reader, int at) =>
        reader.IsDBNull(at) ? null
        : reader is SqliteDataReader
            ? DateTime.Parse(reader.GetString(at), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)
            : reader.GetDateTime(at);
}
