using Npgsql;
using NpgsqlTypes;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>The archive in PostgreSQL. Several replicas may work at once: they pass over each other's rows.</summary>
sealed class ArchiveStore(NpgsqlDataSource database, CommitSeals? seals = null) : IArchiveStore
{
    public Task<MovedSlice> Move(
        SliceChoice choice,
        Func<ArchivedRows, CancellationToken, Task<ArchiveSlice>>? keep,
        CancellationToken cancellationToken) =>
        InTransaction(async (connection, leaves) =>
        {
            if (choice.Latest.Count == 0)
                return new MovedSlice(null, 0, 0);
            var looked = await Read(
                connection,
                ArchiveSql.DueSql,
                reader =>
                    new SettledRun(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetTime(3)),
                cancellationToken,
                [.. Until(choice.Latest), Of(choice.After.At), Of(choice.After.RunId), Of(choice.Limit)]);
            var (due, last) = choice.Of(looked);
            if (due.Count == 0)
                return new MovedSlice(last, 0, 0);
            if (keep is not null)
                (due, last) = SliceChoice.Fit(due, last, await Bytes(connection, due, cancellationToken));
            var ids = due.ConvertAll(run => run.Id).ToArray();
            var slice = keep is null
                ? null
                : await keep(await Rows(connection, ids, cancellationToken), cancellationToken);

            await using var batch = connection.CreateBatch();
            BatchWrite.Run(batch, ArchiveSql.MoveComponentsSql, BatchWrite.Of(ids), Of(choice.Now));
            BatchWrite.Run(
                batch,
                ArchiveSql.MoveRunsSql,
                BatchWrite.Of(ids),
                BatchWrite.Of(due.ConvertAll(run => run.Status).ToArray()),
                BatchWrite.Of(due.ConvertAll(run => run.SettledAt).ToArray()),
                Of(choice.Now));
            BatchWrite.Count(
                batch, due.CountBy(run => run.Status).ToDictionary(count => count.Key, count => -count.Value));
            if (slice is not null)
            {
                if (leaves is not null)
                    ArchiveSeal.Add(batch, leaves, slice);
                BatchWrite.Run(
                    batch, ArchiveSql.SliceSql,
                    Of(slice.Id), Of(slice.Month), Of(slice.Runs), Of(slice.Components), Of(choice.Now));
            }

            else
            {
                BatchWrite.Run(
                    batch, "insert into archive_unfiled (archived_at) values ($1) on conflict do nothing",
                    Of(choice.Now));
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
            var (components, runs) =
                ((int)batch.BatchCommands[0].RecordsAffected, (int)batch.BatchCommands[1].RecordsAffected);
            if (runs != ids.Length || (slice is not null && components != slice.Components))
                throw new StoreException(
                    StoreFault.Conflict, new InvalidOperationException("A run changed while it was archived."));
            return new MovedSlice(last, runs, components);
        }, cancellationToken);

    public Task<IReadOnlyList<DueRuns>> Preview(
        RetentionPeriods periods, DateTime now, CancellationToken cancellationToken) =>
        InTransaction<IReadOnlyList<DueRuns>>(async (connection, _) =>
        {
            var latest = periods.Latest(now);
            if (latest.Count == 0)
                return [];
            var found = await Read(
                connection,
                ArchiveSql.PreviewSql,
                reader => new DueRuns(
                    reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetTime(3), reader.GetTime(4)),
                cancellationToken,
                [.. Until(latest)]);
            var due = new List<DueRuns>();
            foreach (var one in found)
            {
                if (periods.Of(one.Candidate, one.Status) is not { } period)
                    continue;
                var until = RetentionPeriods.Before(now, period);
                if (until == latest[one.Status])
                {
                    due.Add(one);
                    continue;
                }

                due.AddRange(await Read(
                    connection,
                    ArchiveSql.CountSql,
                    reader => reader.GetInt64(0) == 0
                        ? null
                        : one with
                        {
                            Runs = reader.GetInt64(0),
                            Oldest = reader.GetTime(1),
                            Newest = reader.GetTime(2),
                        },
                    cancellationToken,
                    Of(one.Status), Of(one.Candidate), Of(until)) is [{ } longer] ? [longer] : []);
            }

            return due;
        }, cancellationToken);

    public Task<int> Purge(DateTime archivedUntil, int limit, CancellationToken cancellationToken) =>
        InTransaction(async (connection, leaves) =>
        {
            if (leaves is not null)
            {
                var left = await Read(
                    connection,
                    ArchiveSql.PurgeNamedSql,
                    reader => (Kind: (LeafKind)reader.GetInt32(0), Id: reader.GetGuid(1)),
                    cancellationToken,
                    Of(archivedUntil), Of(limit));
                left.ForEach(row => leaves.Left(row.Kind, LeafWay.Purged, row.Id));
                return left.Count(row => row.Kind == LeafKind.Run);
            }

            await using var command = Command(connection, ArchiveSql.PurgeSql, Of(archivedUntil), Of(limit));
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }, cancellationToken);

    public Task<IReadOnlyList<Guid>> Return(
        IReadOnlyCollection<Guid> runs, DateTime now, CancellationToken cancellationToken) =>
        InTransaction<IReadOnlyList<Guid>>(async (connection, leaves) =>
        {
            var archived = leaves is null ? null : await connection.Archived(runs.ToArray(), cancellationToken);
            var back = await Read(
                connection,
                ArchiveSql.ReturnRunsSql,
                reader => (Id: reader.GetGuid(0), Status: reader.GetString(1)),
                cancellationToken,
                BatchWrite.Of(runs.ToArray()),
                Of(now));
            await using var batch = connection.CreateBatch();
            BatchWrite.Run(
                batch, ArchiveSql.ReturnComponentsSql, BatchWrite.Of(back.ConvertAll(run => run.Id).ToArray()));
            BatchWrite.Count(
                batch, back.CountBy(run => run.Status).ToDictionary(count => count.Key, count => count.Value));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            if (archived is not null)
                leaves!.Returned(archived.Runs, archived.Components, now);
            return back.ConvertAll(run => run.Id);
        }, cancellationToken);

    public Task<IReadOnlyList<Guid>> Insert(ArchivedRows rows, DateTime now, CancellationToken cancellationToken) =>
        InTransaction<IReadOnlyList<Guid>>(async (connection, leaves) =>
        {
            var known = await Read(
                connection,
                """
                select process_run_id from process_run_observation where process_run_id = any ($1)
                union all select process_run_id from process_run_archive where process_run_id = any ($1)
                union all select alias_id from process_run_alias where alias_id = any ($1)
                """,
                reader => reader.GetGuid(0),
                cancellationToken,
                BatchWrite.Of(rows.Runs.ConvertAll(run => run.ProcessRunId).ToArray()));
            var runs = rows.Runs.ExceptBy(known, run => run.ProcessRunId)
                .Select(run => run with { SettledAt = run.SettledAt is null ? null : now }).ToList();
            if (runs.Count == 0)
                return [];
            var ids = runs.Select(run => run.ProcessRunId).ToHashSet();
            var components = rows.Components.Where(component => ids.Contains(component.ProcessRunId)).ToList();
            await using var batch = connection.CreateBatch();
            BatchWrite.Insert(batch, LedgerTable.Runs, runs);
            if (components.Count > 0)
                BatchWrite.Insert(batch, LedgerTable.Components, components);
            BatchWrite.Run(batch, ArchiveSql.NoteReturnedSql, BatchWrite.Of(ids.ToArray()), Of(now));
            // A database that was made anew has not got the keys.
            Keys(batch, LedgerTable.Runs, runs);
            Keys(batch, LedgerTable.Components, components);
            BatchWrite.Count(
                batch, runs.CountBy(run => run.Status.Text()).ToDictionary(count => count.Key, count => count.Value));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            if (leaves is not null)
            {
                var stored = (await connection.Rows(
                    LedgerTable.Runs, LedgerTable.Runs.Rows, [.. ids], "", cancellationToken))
                    .ToDictionary(run => run.Id);
                foreach (var run in rows.Runs.Where(run => ids.Contains(run.Id)))
                    leaves.Run(run, stored[run.Id], LeafWay.TakenUp);
                components.ForEach(component => leaves.Component(component, component, LeafWay.TakenUp));
            }

            return [.. ids];
        }, cancellationToken);

    public Task<IReadOnlyList<SettledPoint>> Archived(
        SettledPoint after, DateTime until, int limit, CancellationToken cancellationToken) =>
        InTransaction<IReadOnlyList<SettledPoint>>(async (connection, _) => await Read(
            connection,
            """
            select settled_at, process_run_id from process_run_archive
            where (settled_at, process_run_id) > ($1, $2) and settled_at < $3
              order by settled_at, process_run_id limit $4
            """,
            reader => new SettledPoint(reader.GetTime(0), reader.GetGuid(1)),
            cancellationToken,
            Of(after.At), Of(after.RunId), Of(until), Of(limit)), cancellationToken);

    public Task<Guid> Resolve(Guid id, CancellationToken cancellationToken) => InTransaction(
        async (connection, _) => await Read(
            connection, "select process_run_id from process_run_alias where alias_id = $1", reader => reader.GetGuid(0),
            cancellationToken, Of(id)) is [var run] ? run : id,
        cancellationToken);

    public Task<bool> Holds(Guid run, CancellationToken cancellationToken) => InTransaction(
        async (connection, _) => (await Read(
            connection, "select true from process_run_observation where process_run_id = $1", reader => true,
            cancellationToken, Of(run))).Count > 0,
        cancellationToken);

    public Task<IReadOnlyList<ArchiveSlice>> Slices(CancellationToken cancellationToken) =>
        InTransaction<IReadOnlyList<ArchiveSlice>>(async (connection, _) => await Read(
            connection,
            "select slice_id, month, runs, components, archived_at from archive_slice order by month, slice_id",
            reader => new ArchiveSlice(
                reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetTime(4)),
            cancellationToken), cancellationToken);

    public Task Replace(ArchiveSlice slice, IReadOnlyCollection<Guid> others, CancellationToken cancellationToken) =>
        InTransaction(async (connection, leaves) =>
        {
            // The row of one that another transaction replaces is waited for, and gone then.
            var archived = await Read(
                connection, "delete from archive_slice where slice_id = any ($1) returning archived_at",
                reader => reader.GetTime(0), cancellationToken, BatchWrite.Of(others.ToArray()));
            if (archived.Count != others.Count)
                throw new StoreException(
                    StoreFault.Conflict, new InvalidOperationException("A slice of files was replaced meanwhile."));
            await using var batch = connection.CreateBatch();
            ArchiveSeal.Replace(batch, leaves, slice, others);
            BatchWrite.Run(
                batch, ArchiveSql.SliceSql,
                Of(slice.Id), Of(slice.Month), Of(slice.Runs), Of(slice.Components), Of(archived.Max()));
            return await batch.ExecuteNonQueryAsync(cancellationToken);
        }, cancellationToken);

    // What the work leaves of leaves is sealed with it; null where nothing is sealed.
    async Task<T> InTransaction<T>(
        Func<NpgsqlConnection, LeafList?, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.Limit(TransactionLimits.Working, cancellationToken);
            var leaves = seals is null ? null : new LeafList();
            var done = await work(connection, leaves);
            var commit = leaves is null ? null : await connection.Seal(seals!, leaves, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            if (commit is not null)
                seals!.Committed(commit);
            return done;
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Of(e);
        }
    }

    // Components are held like their runs: a batch may change one whose run it never names.
    static async Task<ArchivedRows> Rows(
        NpgsqlConnection connection, Guid[] runs, CancellationToken cancellationToken) =>
        new(
            await Read(
                connection,
                $"select {LedgerTable.Runs.Names} from process_run_observation where process_run_id = any ($1) "
                + "order by process_run_id",
                LedgerTable.Runs.Read, cancellationToken, BatchWrite.Of(runs)),
            await Read(
                connection,
                $"""
                 select {LedgerTable.Components.Names} from process_component_observation
                   where process_run_id = any ($1)
                 order by component_run_id for update
                 """,
                LedgerTable.Components.Read, cancellationToken, BatchWrite.Of(runs)));

    static async Task<IReadOnlyDictionary<Guid, long>> Bytes(
        NpgsqlConnection connection, List<SettledRun> runs, CancellationToken cancellationToken) =>
        (await Read(
            connection,
            """
            select process_run_id, pg_column_size(r.*) + coalesce((
              select sum(pg_column_size(c.*)) from process_component_observation c
                where c.process_run_id = r.process_run_id), 0)
            from process_run_observation r where process_run_id = any ($1)
            """,
            reader => (Id: reader.GetGuid(0), Bytes: reader.GetInt64(1)),
            cancellationToken,
            BatchWrite.Of(runs.ConvertAll(run => run.Id).ToArray()))).ToDictionary(run => run.Id, run => run.Bytes);

    static void Keys<TRow>(NpgsqlBatch batch, LedgerTable<TRow> table, List<TRow> rows)
        where TRow : LedgerRow, new()
    {
        var keyed = rows.FindAll(row => row.IdempotencyKey is not null);
        BatchWrite.Run(
            batch,
            $"insert into {table.Keys} (idempotency_key, {table.Id}) select * from unnest($1, $2) "
            + "on conflict do nothing",
            BatchWrite.Of(keyed.ConvertAll(row => row.IdempotencyKey!).ToArray()),
            BatchWrite.Of(keyed.ConvertAll(row => row.Id).ToArray()));
    }

    static async Task<List<T>> Read<T>(
        NpgsqlConnection connection, string sql, Func<StoredRow, T> read, CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = new PostgresRow(reader);
        var found = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(read(row));
        return found;
    }

    static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return command;
    }

    static IEnumerable<NpgsqlParameter> Until(IReadOnlyDictionary<string, DateTime> latest) =>
        RetentionPolicy.Statuses
            .Select(status => latest.TryGetValue(status, out var until) ? until : (DateTime?)null)
            .Append(latest.Values.Max())
            .Select(until =>
                new NpgsqlParameter<DateTime?> { TypedValue = until, NpgsqlDbType = NpgsqlDbType.TimestampTz });

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
