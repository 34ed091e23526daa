using System.Globalization;
using Microsoft.Data.Sqlite;
using RunLedger.GroupCommit;
using RunLedger.Runs;

namespace RunLedger.Deadlines;

/// <summary>Sweeps over the embedded file, whose only writer nobody overtakes.</summary>
sealed class SqliteSweeps(SqliteStore store) : ISweepStore
{
    public Task<IReadOnlyList<DeadlineReached>> Due(DateTime now, DateTime leaseUntil, int limit, CancellationToken cancellationToken) =>
        store.Write<IReadOnlyList<DeadlineReached>>(
            run =>
            {
                var due = Read(
                    run(
                        """
                        select process_run_id, null, deadline_at, case when parent_run_id is not null then
                          exists (select 1 from process_run_observation p where p.process_run_id = r.parent_run_id)
                          or exists (select 1 from process_run_alias a where a.alias_id = r.parent_run_id) end
                        from process_run_observation r where deadline_at <= $now order by deadline_at limit $limit
                        """,
                        [("$now", Micros.Text(now)), ("$limit", limit)]));
                foreach (var one in due)
                {
                    using var lease = run(
                        "update process_run_observation set deadline_at = $lease where process_run_id = $id",
                        [("$lease", Micros.Text(leaseUntil)), ("$id", one.ProcessRunId.ToString())]);
                    lease.ExecuteNonQuery();
                }

                return due;
            },
            cancellationToken);

    public Task<SettledRuns> Settled(SettledPoint after, DateTime until, int limit, CancellationToken cancellationToken) =>
        store.Write(
            run =>
            {
                var rows = Read(run(
                    """
                    select s.process_run_id, c.component_run_id, s.settled_at from (
                      select process_run_id, settled_at, status from process_run_observation
                      where (settled_at, process_run_id) > ($at, $id) and settled_at <= $until
                      order by settled_at, process_run_id limit $limit) s
                    left join process_component_observation c on c.process_run_id = s.process_run_id
                      and s.status in ('completed', 'failed', 'cancelled') and c.status in ('observed', 'step_started')
                    order by s.settled_at, s.process_run_id
                    """,
                    [("$at", Micros.Text(after.At)), ("$id", after.RunId.ToString()), ("$until", Micros.Text(until)), ("$limit", limit)]));
                return new SettledRuns(
                    [.. rows.Where(row => row.ComponentRunId is not null)],
                    rows.Count == 0 ? null : new SettledPoint(rows[^1].DueAt, rows[^1].ProcessRunId));
            },
            cancellationToken);

    public Task<Guid?> MakeDue(DateTime now, Guid after, int limit, CancellationToken cancellationToken) => store.Write(
        run =>
        {
            const string Slice =
                "select process_run_id from process_run_observation where process_run_id > $after order by process_run_id limit $limit";
            (string, object?)[] parameters = [("$now", Micros.Text(now)), ("$after", after.ToString()), ("$limit", limit)];
            using var update = run(
                $"""
                 update process_run_observation set deadline_at = $now where process_run_id in ({Slice})
                   and status not in ('completed', 'failed', 'cancelled') and (deadline_at is null or deadline_at > $now)
                 """,
                parameters);
            update.ExecuteNonQuery();
            using var last = run($"select max(process_run_id) from ({Slice})", parameters[1..]);
            return last.ExecuteScalar() is string id ? Guid.Parse(id) : (Guid?)null;
        },
        cancellationToken);

    public Task<string?> Mark(string name, CancellationToken cancellationToken) => store.Write(
        run =>
        {
            using var command = run("select value from sweep_mark where name = $name", [("$name", name)]);
            return command.ExecuteScalar() as string;
        },
        cancellationToken);

    public Task SetMark(string name, string value, CancellationToken cancellationToken) => store.Write(
        run =>
        {
            using var command = run(
                "insert into sweep_mark (name, value) values ($name, $value) on conflict (name) do update set value = excluded.value",
                [("$name", name), ("$value", value)]);
            return command.ExecuteNonQuery();
        },
        cancellationToken);

    static List<DeadlineReached> Read(SqliteCommand command)
    {
        using var owned = command;
        using var reader = command.ExecuteReader();
        var found = new List<DeadlineReached>();
        while (reader.Read())
        {
            found.Add(new DeadlineReached
            {
                ProcessRunId = Guid.Parse(reader.GetString(0)),
                ComponentRunId = reader.IsDBNull(1) ? null : Guid.Parse(reader.GetString(1)),
                DueAt = DateTime.Parse(reader.GetString(2), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal),
                ParentKnown = reader.FieldCount < 4 || reader.IsDBNull(3) ? null : reader.GetInt64(3) != 0,
            });
        }

        return found;
    }
}
