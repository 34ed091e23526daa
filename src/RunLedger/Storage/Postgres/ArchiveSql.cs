using RunLedger.Retention;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>The statements of <see cref="ArchiveStore"/>.</summary>
static class ArchiveSql
{
    // The first parameters say until when, by status; the next is the greatest of them, which bounds the index. The
    // policies of single candidates decide afterwards.
    static readonly int Bound = RetentionPolicy.Statuses.Count + 1;

    static readonly string Over =
        $"""
         settled_at <= ${Bound} and settled_at <= case status
           {string.Join(' ', RetentionPolicy.Statuses.Select((text, at) => $"when '{text}' then ${at + 1}"))} end
         """;

    // Skip locked: a batch that holds a run is about to change it, and knows better.
    public static readonly string DueSql =
        $"""
         select process_run_id, status, process_candidate_code, settled_at from process_run_observation
         where (settled_at, process_run_id) > (${Bound + 1}, ${Bound + 2}) and {Over}
         order by settled_at, process_run_id limit ${Bound + 3} for update skip locked
         """;

    public static readonly string PreviewSql =
        $"""
         select status, process_candidate_code, count(*), min(settled_at), max(settled_at) from process_run_observation
         where {Over} group by status, process_candidate_code order by status, process_candidate_code
         """;

    /// <summary>The same for candidates whose period is longer than somebody else's.</summary>
    public const string CountSql =
        """
        select count(*), min(settled_at), max(settled_at) from process_run_observation
        where status = $1 and process_candidate_code = $2 and settled_at <= $3
        """;

    // Components first, because they refer to their run.
    public static readonly string MoveComponentsSql =
        $"""
         with gone as (delete from process_component_observation where process_run_id = any ($1) returning *)
         insert into process_component_archive ({LedgerTable.Components.Names}, archived_at)
         select {LedgerTable.Components.Names}, $2 from gone
         """;

    // Held rows cannot have changed; it says so all the same.
    public static readonly string MoveRunsSql =
        $"""
         with gone as (
           delete from process_run_observation r using unnest($1, $2, $3) d(id, was, since)
           where r.process_run_id = d.id and r.status = d.was and r.settled_at = d.since returning r.*)
         insert into process_run_archive ({LedgerTable.Runs.Names}, archived_at)
           select {LedgerTable.Runs.Names}, $4 from gone
         """;

    /// <summary>
    /// What files have of the runs is void from now on. Where there are no files nothing is noted: there is a row for a
    /// run at most, and none that is not about rows of a file.
    /// </summary>
    public static readonly string ReturnRunsSql =
        $"""
         with back as (delete from process_run_archive where process_run_id = any ($1) returning *),
         noted as (
           insert into archive_returned (process_run_id, returned_at)
             select process_run_id, $2 from back where exists (select from archive_slice)
           on conflict (process_run_id) do update set returned_at = excluded.returned_at)
         insert into process_run_observation ({LedgerTable.Runs.Names})
         select {LedgerTable.Runs.NamesWith(LedgerTable.SettledAt, "case when settled_at is not null then $2 end")}
           from back
         returning process_run_id, status
         """;

    /// <summary>What <see cref="ReturnRunsSql"/> notes of runs that come from files.</summary>
    public const string NoteReturnedSql =
        """
        insert into archive_returned (process_run_id, returned_at) select run, $2 from unnest($1) run
        on conflict (process_run_id) do update set returned_at = excluded.returned_at
        """;

    public static readonly string ReturnComponentsSql =
        $"""
         with back as (delete from process_component_archive where process_run_id = any ($1) returning *)
         insert into process_component_observation ({LedgerTable.Components.Names})
           select {LedgerTable.Components.Names} from back
         """;

    public const string SliceSql =
        "insert into archive_slice (slice_id, month, runs, components, archived_at) values ($1, $2, $3, $4, $5)";

    /// <summary>The same as <see cref="PurgeSql"/>, told of each row: what a leaf is of, and its id.</summary>
    public const string PurgeNamedSql =
        """
        with due as (
          select process_run_id from process_run_archive where archived_at <= $1
          order by archived_at, process_run_id limit $2 for update skip locked),
        components as (
          delete from process_component_archive c using due where c.process_run_id = due.process_run_id
          returning c.component_run_id),
        moments as (
          delete from archive_unfiled u where u.archived_at <= $1
            and not exists (select from process_run_archive r where r.archived_at = u.archived_at)),
        runs as (
          delete from process_run_archive r using due where r.process_run_id = due.process_run_id
          returning r.process_run_id)
        select 1, process_run_id from runs union all select 2, component_run_id from components
        """;

    public const string PurgeSql =
        """
        with due as (
          select process_run_id from process_run_archive where archived_at <= $1
          order by archived_at, process_run_id limit $2 for update skip locked),
        components as (delete from process_component_archive c using due where c.process_run_id = due.process_run_id),
        -- Of those that an earlier purge left nothing of.
        moments as (
          delete from archive_unfiled u where u.archived_at <= $1
            and not exists (select from process_run_archive r where r.archived_at = u.archived_at))
        delete from process_run_archive r using due where r.process_run_id = due.process_run_id
        """;
}
