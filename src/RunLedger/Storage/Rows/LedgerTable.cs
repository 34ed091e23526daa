namespace RunLedger.Storage.Rows;

/// <summary>The names by which the two tables differ.</summary>
/// <param name="Rows">The table itself.</param>
/// <param name="Id">Its key.</param>
/// <param name="Aliases">Other ids of its rows.</param>
/// <param name="Keys">Idempotency keys of its rows.</param>
/// <param name="Archive">Where its rows go in the end: the same columns and <c>archived_at</c>.</param>
/// <param name="Own">The columns only it has, besides its key.</param>
/// <param name="Derived">Columns that are not the batch's: what the database sets them to, from the row r.</param>
sealed record LedgerTable(
    string Rows, string Id, string Aliases, string Keys, string Archive, string[] Own, (string Column, string Sql)[] Derived)
{
    public static readonly LedgerTable Runs = new(
        "process_run_observation", "process_run_id", "process_run_alias", "process_run_key", "process_run_archive",
        ["process_candidate_code", "last_event_at", "live_at", "deadline_at", "settled_at"],
        [("process_definition_code",
            "(select d.process_definition_code from process_definition d where d.process_candidate_code = r.process_candidate_code)")]);

    public static readonly LedgerTable Components = new(
        "process_component_observation", "component_run_id", "process_component_alias", "process_component_key",
        "process_component_archive",
        ["process_run_id", "dot_code", "component_role", "event_code", "queue_job_id"],
        []);
}
