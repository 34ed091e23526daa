using Npgsql;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>Sweeps over PostgreSQL.</summary>
sealed class SweepStore(NpgsqlDataSource database, CommitSeals? seals = null) : ISweepStore
{
    static readonly string Ended = RunStatusText.SqlOf(status => status.EndsRun);
    static readonly string Open = RunStatusText.SqlOf(status => status.IsOpenComponent);

    // Rows that a batch holds are left to the next sweep: the batch knows better. The lease is the deadline itself
    // moved on, so that a message that is lost is sent again.
    internal const string DueSql =
        """
        with due as (
          select process_run_id, deadline_at, parent_run_id from process_run_observation
          where deadline_at <= $1 order by deadline_at limit $3 for no key update skip locked)
        update process_run_observation r set deadline_at = $2 from due where r.process_run_id = due.process_run_id
        returning r.process_run_id, null::uuid, due.deadline_at, case when due.parent_run_id is not null then
          exists (select from process_run_observation p where p.process_run_id = due.parent_run_id)
          or exists (select from process_run_alias a where a.alias_id = due.parent_run_id)
          or exists (select from process_run_archive a where a.process_run_id = due.parent_run_id) end
        """;

    internal static readonly string SettledSql =
        $"""
        with slice as (
          select process_run_id, settled_at, status from process_run_observation
          where (settled_at, process_run_id) > ($1, $2) and settled_at <= $3
          order by settled_at, process_run_id limit $4)
        select s.process_run_id, c.component_run_id, s.settled_at from slice s
        left join process_component_observation c on c.process_run_id = s.process_run_id
          and s.status in ({Ended}) and c.status in ({Open})
        order by s.settled_at, s.process_run_id
        """;

    static readonly string MakeDueSql =
        $"""
        with slice as (
          select process_run_id from process_run_observation where process_run_id > $2
          order by process_run_id limit $3),
        due as (
          update process_run_observation r set deadline_at = $1 from slice where r.process_run_id = slice.process_run_id
            and r.status not in ({Ended}) and (r.deadline_at is null or r.deadline_at > $1))
        select max(process_run_id::text)::uuid from slice
        """;

    public Task<IReadOnlyList<DeadlineReached>> Due(
        DateTime now, DateTime leaseUntil, int limit, CancellationToken cancellationToken) =>
        seals is null
            ? Read(DueSql, cancellationToken, Of(now), Of(leaseUntil), Of(limit))
            : database.InSealed(
                seals,
                async (connection, leaves) =>
                {
                    await using var command = new NpgsqlCommand(DueSql, connection);
                    command.Parameters.AddRange(new NpgsqlParameter[] { Of(now), Of(leaseUntil), Of(limit) });
                    var due = await Read(command, cancellationToken);
                    var rows = (await connection.Rows(
                        LedgerTable.Runs, LedgerTable.Runs.Rows, [.. due.Select(run => run.ProcessRunId)], "",
                        cancellationToken)).ToDictionary(run => run.Id);
                    foreach (var run in due)
                    {
                        var row = rows[run.ProcessRunId];
                        leaves.Run(row with { DeadlineAt = run.DueAt }, row);
                    }

                    return due;
                },
                cancellationToken);

    public async Task<SettledRuns> Settled(
        SettledPoint after, DateTime until, int limit, CancellationToken cancellationToken)
    {
        var rows = await Read(SettledSql, cancellationToken, Of(after.At), Of(after.RunId), Of(until), Of(limit));
        return new SettledRuns(
            [.. rows.Where(row => row.ComponentRunId is not null)],
            rows.Count == 0 ? null : new SettledPoint(rows[^1].DueAt, rows[^1].ProcessRunId));
    }

    public async Task<Guid?> MakeDue(DateTime now, Guid after, int limit, CancellationToken cancellationToken)
    {
        if (seals is not null)
            return await MakeDueSealed(now, after, limit, cancellationToken);
        await using var command = Command(MakeDueSql, Of(now), Of(after), Of(limit));
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    Task<Guid?> MakeDueSealed(DateTime now, Guid after, int limit, CancellationToken cancellationToken) =>
        database.InSealed<Guid?>(
            seals!,
            async (connection, leaves) =>
            {
                await using var select = new NpgsqlCommand(
                    $"""
                     select {LedgerTable.Runs.Names} from process_run_observation where process_run_id > $1
                     order by process_run_id limit $2 for no key update
                     """,
                    connection);
                select.Parameters.AddRange(new NpgsqlParameter[] { Of(after), Of(limit) });
                var slice = new List<RunRow>();
                await using (var reader = await select.ExecuteReaderAsync(cancellationToken))
                {
                    var stored = new PostgresRow(reader);
                    while (await reader.ReadAsync(cancellationToken))
                        slice.Add(LedgerTable.Runs.Read(stored));
                }

                var due = slice.Where(run => !RunStatusText.Traits[(int)run.Status].EndsRun
                    && (run.DeadlineAt is null || run.DeadlineAt > now)).ToList();
                due.ForEach(run => leaves.Run(run, run with { DeadlineAt = now }));
                // Those that are held, and none that was committed since.
                await using var command = new NpgsqlCommand(
                    "update process_run_observation set deadline_at = $1 where process_run_id = any ($2)", connection);
                command.Parameters.AddRange(
                    new NpgsqlParameter[] { Of(now), BatchWrite.Of(due.ConvertAll(run => run.Id).ToArray()) });
                await command.ExecuteNonQueryAsync(cancellationToken);
                return slice.Count == 0 ? null : slice[^1].Id;
            },
            cancellationToken);

    public async Task<string?> Mark(string name, CancellationToken cancellationToken)
    {
        await using var command = Command("select value from sweep_mark where name = $1", Of(name));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    public async Task SetMark(string name, string value, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "insert into sweep_mark (name, value) values ($1, $2) on conflict (name) do update "
            + "set value = excluded.value",
            Of(name), Of(value));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<IReadOnlyList<DeadlineReached>> Read(
        string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await Read(command, cancellationToken);
    }

    static async Task<IReadOnlyList<DeadlineReached>> Read(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<DeadlineReached>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new DeadlineReached
            {
                ProcessRunId = reader.GetGuid(0),
                ComponentRunId = reader.IsDBNull(1) ? null : reader.GetGuid(1),
                DueAt = reader.GetDateTime(2),
                ParentKnown = reader.FieldCount < 4 || reader.IsDBNull(3) ? null : reader.GetBoolean(3),
            });
        }

        return found;
    }

    NpgsqlCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
