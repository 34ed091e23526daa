using RunLedger.Contracts;

namespace RunLedger.Service.Bridge;

/// <summary>One of the two sources: its columns, and what a row of it says.</summary>
/// <param name="Name">As in <c>bridge_cursor</c>.</param>
/// <param name="Key">The column that names a row.</param>
/// <param name="Columns">All it may have; others are passed over.</param>
/// <param name="Read">The observations of a row; what is wrong with it is noted in the row.</param>
sealed record BridgeSource(
    string Name, string Key, IReadOnlyList<BridgeColumn> Columns, Func<BridgeRow, IEnumerable<RunObservation>> Read)
{
    static readonly BridgeColumn[] Common =
    [
        new(BridgeRow.Transaction, BridgeColumnType.Transaction, Required: true),
        new("process_candidate_code", BridgeColumnType.Text, Required: true),
        new("correlation_id", BridgeColumnType.Text, Required: true),
        new("process_run_id", BridgeColumnType.Uuid),
        new("parent_run_id", BridgeColumnType.Uuid),
        new("attempt", BridgeColumnType.Number),
        new("source_name", BridgeColumnType.Text),
        new("dot_code", BridgeColumnType.Text),
        new("component_role", BridgeColumnType.Text),
        new("event_code", BridgeColumnType.Text),
        new("idempotency_key", BridgeColumnType.Text),
        new("input_ref", BridgeColumnType.Text),
        new("output_ref", BridgeColumnType.Text),
        new("error_ref", BridgeColumnType.Text),
        new("evidence", BridgeColumnType.Json),
    ];

    public static BridgeSource JobQueue { get; } = new(
        "job_queue",
        "queue_job_id",
        [
            .. Common,
            new("queue_job_id", BridgeColumnType.Key, Required: true),
            new("status", BridgeColumnType.Text, Required: true),
            new("queued_at", BridgeColumnType.Time, Required: true),
            new("started_at", BridgeColumnType.Time, Required: true),
            new("ended_at", BridgeColumnType.Time, Required: true),
            new("is_run", BridgeColumnType.Boolean),
        ],
        JobMapping.Of);

    public static BridgeSource EventOutbox { get; } = new(
        "event_outbox",
        "event_id",
        [
            .. Common,
            new("event_id", BridgeColumnType.Key, Required: true),
            new("event_type", BridgeColumnType.Text, Required: true),
            new("occurred_at", BridgeColumnType.Time, Required: true),
            new("queue_job_id", BridgeColumnType.Key),
        ],
        EventMapping.Of);
}
