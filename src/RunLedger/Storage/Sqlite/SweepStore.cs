using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>Sweeps over the embedded file, whose only writer nobody overtakes.</summary>
sealed class SweepStore(LedgerStore store) : ISweepStore
{
    static readonly string Ended = RunStatusText.SqlOf(status => status.EndsRun);
    static readonly string Open = RunStatusText.SqlOf(status => status.IsOpenComponent);

    public Task<IReadOnlyList<DeadlineReached>> Due(
        DateTime now, DateTime leaseUntil, int limit, CancellationToken cancellationToken) =>
        store.Seal<IReadOnlyList<DeadlineReached>>(
            (commands, leaves) =>
            {
                var due = Read(
                    commands,
                    """
                    select process_run_id, null, deadline_at, case when parent_run_id is not null then
                      exists (select 1 from process_run_observation p where p.process_run_id = r.parent_run_id)
                      or exists (select 1 from process_run_alias a where a.alias_id = r.parent_run_id)
                      or exists (select 1 from process_run_archive a where a.process_run_id = r.parent_run_id) end
                    from process_run_observation r where deadline_at <= $now order by deadline_at limit $limit
                    """,
                    ("$now", LedgerTime.Text(now)),
                    ("$limit", limit));
                foreach (var one in due)
                {
                    commands.Run(
                        "update process_run_observation set deadline_at = $lease where process_run_id = $id",
                        ("$lease", LedgerTime.Text(leaseUntil)), ("$id", one.ProcessRunId.ToString()));
                }

                if (leaves is not null)
                {
                    var before = due.ToDictionary(one => one.ProcessRunId, one => one.DueAt);
                    commands.Rows(LedgerTable.Runs, LedgerTable.Runs.Rows, LedgerTable.Runs.Id, before.Keys)
                        .ForEach(run => leaves.Run(run with { DeadlineAt = before[run.Id] }, run));
                }

                return due;
            },
            cancellationToken);

    public Task<SettledRuns> Settled(
        SettledPoint after, DateTime until, int limit, CancellationToken cancellationToken) =>
        store.Use(
            commands =>
            {
                var rows = Read(
                    commands,
                    $"""
                    select s.process_run_id, c.component_run_id, s.settled_at from (
                      select process_run_id, settled_at, status from process_run_observation
                      where (settled_at, process_run_id) > ($at, $id) and settled_at <= $until
                      order by settled_at, process_run_id limit $limit) s
                    left join process_component_observation c on c.process_run_id = s.process_run_id
                      and s.status in ({Ended}) and c.status in ({Open})
                    order by s.settled_at, s.process_run_id
                    """,
                    ("$at", LedgerTime.Text(after.At)),
                    ("$id", after.RunId.ToString()),
                    ("$until", LedgerTime.Text(until)),
                    ("$limit", limit));
                return new SettledRuns(
                    [.. rows.Where(row => row.ComponentRunId is not null)],
                    rows.Count == 0 ? null : new SettledPoint(rows[^1].DueAt, rows[^1].ProcessRunId));
            },
            cancellationToken);

    public Task<Guid?> MakeDue(DateTime now, Guid after, int limit, CancellationToken cancellationToken) => store.Seal(
        (commands, leaves) =>
        {
            const string Slice =
                "select process_run_id from process_run_observation where process_run_id > $after "
                + "order by process_run_id limit $limit";
            (string, object?)[] slice = [("$after", after.ToString()), ("$limit", limit)];
            if (leaves is not null)
            {
                commands.Read(
                    $"""
                     select {LedgerTable.Runs.Names} from process_run_observation where process_run_id in ({Slice})
                       and status not in ({Ended}) and (deadline_at is null or deadline_at > $now)
                     """,
                    row =>
                    {
                        var run = LedgerTable.Runs.Read(row);
                        leaves.Run(run, run with { DeadlineAt = now });
                    },
                    [("$now", LedgerTime.Text(now)), .. slice]);
            }

            commands.Run(
                $"""
                 update process_run_observation set deadline_at = $now where process_run_id in ({Slice})
                   and status not in ({Ended}) and (deadline_at is null or deadline_at > $now)
                 """,
                [("$now", LedgerTime.Text(now)), .. slice]);
            Guid? last = null;
            commands.Read(
                $"select max(process_run_id) from ({Slice})",
                reader => last = reader.IsDBNull(0) ? null : reader.GetGuid(0),
                slice);
            return last;
        },
        cancellationToken);

    public Task<string?> Mark(string name, CancellationToken cancellationToken) => store.Use(
        commands =>
        {
            string? value = null;
            commands.Read(
                "select value from sweep_mark where name = $name",
                reader => value = reader.GetString(0),
                ("$name", name));
            return value;
        },
        cancellationToken);

    public Task SetMark(string name, string value, CancellationToken cancellationToken) => store.Use(
        commands => commands.Run(
            "insert into sweep_mark (name, value) values ($name, $value) on conflict (name) do update "
            + "set value = excluded.value",
            ("$name", name), ("$value", value)),
        cancellationToken);

    static List<DeadlineReached> Read(SqliteCommands commands, string sql, params (string, object?)[] parameters)
    {
        var found = new List<DeadlineReached>();
        commands.Read(
            sql,
            reader => found.Add(new DeadlineReached
            {
                ProcessRunId = reader.GetGuid(0),
                ComponentRunId = reader.IdAt(1),
                DueAt = reader.GetTime(2),
                ParentKnown = reader.FieldCount < 4 || reader.IsDBNull(3) ? null : reader.GetInt64(3) != 0,
            }),
            parameters);
        return found;
    }
}
