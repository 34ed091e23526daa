using RunLedger.Folding;

namespace RunLedger.Storage.Rows;

/// <summary>
/// One of the ledger's two tables: its names, and its columns in order. What inserts, updates, selects, moves and reads
/// rows of it, and the archive's files, take the columns from here; what cannot (scripts, the reading model, the
/// answers of the API) is compared with it by tests.
/// </summary>
sealed class LedgerTable<TRow>
    where TRow : LedgerRow, new()
{
    /// <summary>The table itself.</summary>
    public required string Rows { get; init; }

    /// <summary>Its key.</summary>
    public required string Id { get; init; }

    /// <summary>Other ids of its rows.</summary>
    public required string Aliases { get; init; }

    /// <summary>Idempotency keys of its rows.</summary>
    public required string Keys { get; init; }

    /// <summary>Where its rows go in the end: the same columns and <c>archived_at</c>.</summary>
    public required string Archive { get; init; }

    /// <summary>All of them, in the table's own order.</summary>
    public required IReadOnlyList<Column<TRow>> Columns { get; init; }

    /// <summary>Columns that are not the batch's: what the database sets them to, from the row r.</summary>
    public IReadOnlyDictionary<string, string> Derived { get; init; } = new Dictionary<string, string>();

    /// <summary>The columns that a batch writes.</summary>
    public IReadOnlyList<Column<TRow>> Written =>
        field ??= [.. Columns.Where(column => !Derived.ContainsKey(column.Name))];

    /// <summary>The names of all columns, in order.</summary>
    public string Names => field ??= string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>The same for a selection in which one column's value is another.</summary>
    public string NamesWith(string column, string value) =>
        string.Join(", ", Columns.Select(one => one.Name == column ? value : one.Name));

    /// <summary>A row that was selected by <see cref="Names"/>.</summary>
    public TRow Read(StoredRow stored)
    {
        var row = new TRow();
        for (var at = 0; at < Columns.Count; at++)
            Columns[at].Read(stored, at, row);
        return row;
    }
}

/// <summary>The two tables.</summary>
static class LedgerTable
{
    public const string SettledAt = "settled_at";

    public static readonly LedgerTable<RunRow> Runs = new()
    {
        Rows = "process_run_observation",
        Id = "process_run_id",
        Aliases = "process_run_alias",
        Keys = "process_run_key",
        Archive = "process_run_archive",
        Columns =
        [
            Column.Of<RunRow>("process_run_id", run => run.ProcessRunId),
            Column.Of<RunRow>("process_candidate_code", run => run.ProcessCandidateCode),
            Column.Of<RunRow>("process_definition_code", run => run.ProcessDefinitionCode),
            Column.Of<RunRow>("correlation_id", run => run.CorrelationId),
            Column.Of<RunRow>("parent_run_id", run => run.ParentRunId),
            Status<RunRow>(),
            Column.Of<RunRow>("source_system", run => run.SourceSystem),
            Column.Of<RunRow>("idempotency_key", run => run.IdempotencyKey),
            .. References<RunRow>(),
            .. Times<RunRow>(),
            Column.Of<RunRow>("last_event_at", run => run.LastEventAt),
            Column.Of<RunRow>("live_at", run => run.LiveAt),
            Column.Of<RunRow>("deadline_at", run => run.DeadlineAt),
            Column.Of<RunRow>(SettledAt, run => run.SettledAt),
        ],
        Derived = new Dictionary<string, string>
        {
            ["process_definition_code"] =
                """
                (select d.process_definition_code from process_definition d
                where d.process_candidate_code = r.process_candidate_code)
                """,
        },
    };

    public static readonly LedgerTable<ComponentRow> Components = new()
    {
        Rows = "process_component_observation",
        Id = "component_run_id",
        Aliases = "process_component_alias",
        Keys = "process_component_key",
        Archive = "process_component_archive",
        Columns =
        [
            Column.Of<ComponentRow>("component_run_id", component => component.ComponentRunId),
            Column.Of<ComponentRow>("process_run_id", component => component.ProcessRunId),
            Column.Of<ComponentRow>("parent_run_id", component => component.ParentRunId),
            Column.Of<ComponentRow>("correlation_id", component => component.CorrelationId),
            Column.Of<ComponentRow>("dot_code", component => component.DotCode),
            Column.Of<ComponentRow>("component_role", component => component.ComponentRole),
            Column.Of<ComponentRow>("event_code", component => component.EventCode),
            Column.Of<ComponentRow>("queue_job_id", component => component.QueueJobId),
            Status<ComponentRow>(),
            .. References<ComponentRow>(),
            Column.Of<ComponentRow>("idempotency_key", component => component.IdempotencyKey),
            Column.Of<ComponentRow>("source_system", component => component.SourceSystem),
            .. Times<ComponentRow>(),
        ],
    };

    static Column<TRow> Status<TRow>()
        where TRow : LedgerRow =>
        Column.Of<TRow, RunStatus>("status", row => row.Status, status => status.Text(), RunStatusText.Parse);

    static IEnumerable<Column<TRow>> References<TRow>()
        where TRow : LedgerRow =>
    [
        Column.Of<TRow>("input_ref", row => row.InputRef),
        Column.Of<TRow>("output_ref", row => row.OutputRef),
        Column.Of<TRow>("error_ref", row => row.ErrorRef),
        Column.Of<TRow>(EvidenceRef, row => row.EvidenceRef),
    ];

    static IEnumerable<Column<TRow>> Times<TRow>()
        where TRow : LedgerRow =>
    [
        Column.Of<TRow>("started_at", row => row.StartedAt),
        Column.Of<TRow>("ended_at", row => row.EndedAt),
        Column.Of<TRow>("created_at", row => row.CreatedAt),
        Column.Of<TRow>("fold", row => row.Fold),
    ];

    /// <summary>The one column of JSON.</summary>
    public const string EvidenceRef = "evidence_ref";
}
