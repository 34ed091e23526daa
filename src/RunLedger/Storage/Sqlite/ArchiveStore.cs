using System.Text.Json;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>The archive in the embedded file, whose only writer nobody overtakes.</summary>
sealed class ArchiveStore(LedgerStore store) : IArchiveStore
{
    static readonly string Over =
        "settled_at <= case status "
        + $"{string.Join(' ', RetentionPolicy.Statuses.Select(text => $"when '{text}' then ${text}"))} end";

    const string Named = "(select value from json_each($ids))";

    public Task<MovedSlice> Move(
        SliceChoice choice,
        Func<ArchivedRows, CancellationToken, Task<ArchiveSlice>>? keep,
        CancellationToken cancellationToken) =>
        store.Seal(
            async (commands, leaves) =>
            {
                var looked = All(
                    commands,
                    $"""
                     select process_run_id, status, process_candidate_code, settled_at from process_run_observation
                     where (settled_at, process_run_id) > ($at, $id) and {Over}
                       order by settled_at, process_run_id limit $limit
                     """,
                    reader =>
                        new SettledRun(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetTime(3)),
                    [
                        .. Until(choice.Latest), ("$at", LedgerTime.Text(choice.After.At)),
                        ("$id", choice.After.RunId.ToString()), ("$limit", choice.Limit),
                    ]);
                var (due, last) = choice.Of(looked);
                if (due.Count == 0)
                    return new MovedSlice(last, 0, 0);
                if (keep is not null)
                    (due, last) = SliceChoice.Fit(due, last, Bytes(commands, due));
                (string, object?) ids = ("$ids", JsonSerializer.Serialize(due.ConvertAll(run => run.Id)));
                (string, object?) now = ("$now", LedgerTime.Text(choice.Now));
                if (keep is not null)
                {
                    var slice = await keep(Rows(commands, ids), cancellationToken);
                    Insert(commands, slice, now.Item2);
                    if (leaves is not null)
                        commands.Slice(leaves, slice);
                }
                else
                {
                    commands.Run("insert or ignore into archive_unfiled (archived_at) values ($now)", now);
                }

                Copy(
                    commands, "process_component_observation", "process_component_archive",
                    LedgerTable.Components.Names, ids, now);
                var components = commands.Run(
                    $"delete from process_component_observation where process_run_id in {Named}", ids);
                Copy(commands, "process_run_observation", "process_run_archive", LedgerTable.Runs.Names, ids, now);
                var runs = commands.Run($"delete from process_run_observation where process_run_id in {Named}", ids);
                commands.Count(due.CountBy(run => run.Status).ToDictionary(count => count.Key, count => -count.Value));
                return new MovedSlice(last, runs, components);
            },
            cancellationToken);

    public Task<IReadOnlyList<DueRuns>> Preview(
        RetentionPeriods periods, DateTime now, CancellationToken cancellationToken) =>
        store.Use<IReadOnlyList<DueRuns>>(
            commands =>
            [
                .. All(
                    commands,
                    "select process_run_id, status, process_candidate_code, settled_at from "
                    + $"process_run_observation where {Over}",
                    reader =>
                        new SettledRun(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetTime(3)),
                    [.. Until(periods.Latest(now))])
                    .Where(run => periods.Over(run, now))
                    .GroupBy(run => (run.Status, run.Candidate))
                    .OrderBy(runs => runs.Key)
                    .Select(runs => new DueRuns(
                        runs.Key.Status,
                        runs.Key.Candidate,
                        runs.Count(),
                        runs.Min(run => run.SettledAt),
                        runs.Max(run => run.SettledAt))),
            ],
            cancellationToken);

    public Task<int> Purge(DateTime archivedUntil, int limit, CancellationToken cancellationToken) => store.Seal(
        (commands, leaves) =>
        {
            (string, object?) ids = ("$ids", JsonSerializer.Serialize(All(
                commands,
                "select process_run_id from process_run_archive where archived_at <= $until "
                + "order by archived_at, process_run_id limit $limit",
                reader => reader.GetGuid(0),
                ("$until", LedgerTime.Text(archivedUntil)), ("$limit", limit))));
            var components = All(
                commands,
                $"delete from process_component_archive where process_run_id in {Named} returning component_run_id",
                reader => reader.GetGuid(0), ids);
            var runs = All(
                commands,
                $"delete from process_run_archive where process_run_id in {Named} returning process_run_id",
                reader => reader.GetGuid(0), ids);
            runs.ForEach(id => leaves?.Left(LeafKind.Run, LeafWay.Purged, id));
            components.ForEach(id => leaves?.Left(LeafKind.Component, LeafWay.Purged, id));
            commands.Run(
                "delete from archive_unfiled where archived_at <= $until "
                + "and archived_at not in (select archived_at from process_run_archive)",
                ("$until", LedgerTime.Text(archivedUntil)));
            return runs.Count;
        },
        cancellationToken);

    public Task<IReadOnlyList<Guid>> Return(
        IReadOnlyCollection<Guid> runs, DateTime now, CancellationToken cancellationToken) =>
        store.Seal<IReadOnlyList<Guid>>(
            (commands, leaves) =>
            {
                (string, object?) ids = ("$ids", JsonSerializer.Serialize(runs));
                leaves?.Returned(
                    commands.Rows(LedgerTable.Runs, LedgerTable.Runs.Archive, LedgerTable.Runs.Id, runs),
                    commands.Rows(LedgerTable.Components, LedgerTable.Components.Archive, LedgerTable.Runs.Id, runs),
                    now);
                var back = All(
                    commands, $"select process_run_id, status from process_run_archive where process_run_id in {Named}",
                    reader => (Id: reader.GetGuid(0), Status: reader.GetString(1)), ids);
                commands.Run(
                    $"""
                     insert into process_run_observation ({LedgerTable.Runs.Names})
                     select
                       {LedgerTable.Runs.NamesWith(LedgerTable.SettledAt, "case when settled_at is not null then $now end")}
                     from process_run_archive where process_run_id in {Named}
                     """,
                    ids, ("$now", LedgerTime.Text(now)));
                commands.Run($"delete from process_run_archive where process_run_id in {Named}", ids);
                NoteReturned(commands, back.ConvertAll(run => run.Id), now);
                commands.Run(
                    $"""
                     insert into process_component_observation ({LedgerTable.Components.Names})
                     select {LedgerTable.Components.Names} from process_component_archive
                       where process_run_id in {Named}
                     """,
                    ids);
                commands.Run($"delete from process_component_archive where process_run_id in {Named}", ids);
                commands.Count(back.CountBy(run => run.Status).ToDictionary(count => count.Key, count => count.Value));
                return back.ConvertAll(run => run.Id);
            },
            cancellationToken);

    public Task<IReadOnlyList<Guid>> Insert(ArchivedRows rows, DateTime now, CancellationToken cancellationToken) =>
        store.Seal<IReadOnlyList<Guid>>(
            (commands, leaves) =>
            {
                (string, object?) ids =
                    ("$ids", JsonSerializer.Serialize(rows.Runs.ConvertAll(run => run.ProcessRunId)));
                var known = All(
                    commands,
                    $"""
                     select process_run_id from process_run_observation where process_run_id in {Named}
                     union all select process_run_id from process_run_archive where process_run_id in {Named}
                     union all select alias_id from process_run_alias where alias_id in {Named}
                     """,
                    reader => reader.GetGuid(0), ids);
                var runs = rows.Runs.ExceptBy(known, run => run.ProcessRunId).ToList();
                foreach (var run in runs)
                    Insert(commands, LedgerTable.Runs, run with { SettledAt = run.SettledAt is null ? null : now });
                foreach (var component in rows.Components.Where(
                    component => runs.Exists(run => run.ProcessRunId == component.ProcessRunId)))
                {
                    Insert(commands, LedgerTable.Components, component);
                    leaves?.Component(component, component, LeafWay.TakenUp);
                }

                foreach (var stored in leaves is null ? [] : commands.Rows(
                    LedgerTable.Runs, LedgerTable.Runs.Rows, LedgerTable.Runs.Id, runs.Select(run => run.Id)))
                    leaves!.Run(runs.Find(run => run.Id == stored.Id), stored, LeafWay.TakenUp);
                NoteReturned(commands, runs.ConvertAll(run => run.ProcessRunId), now);
                commands.Count(
                    runs.CountBy(run => run.Status.Text()).ToDictionary(count => count.Key, count => count.Value));
                return runs.ConvertAll(run => run.ProcessRunId);
            },
            cancellationToken);

    public Task<IReadOnlyList<SettledPoint>> Archived(
        SettledPoint after, DateTime until, int limit, CancellationToken cancellationToken) =>
        store.Use<IReadOnlyList<SettledPoint>>(
            commands => All(
                commands,
                """
                select settled_at, process_run_id from process_run_archive
                where (settled_at, process_run_id) > ($at, $id) and settled_at < $until
                  order by settled_at, process_run_id limit $limit
                """,
                reader => new SettledPoint(reader.GetTime(0), reader.GetGuid(1)),
                ("$at", LedgerTime.Text(after.At)), ("$id", after.RunId.ToString()),
                ("$until", LedgerTime.Text(until)), ("$limit", limit)),
            cancellationToken);

    public Task<Guid> Resolve(Guid id, CancellationToken cancellationToken) => store.Use(
        commands => All(
            commands, "select process_run_id from process_run_alias where alias_id = $id", reader => reader.GetGuid(0),
            ("$id", id.ToString())) is [var run] ? run : id,
        cancellationToken);

    public Task<bool> Holds(Guid run, CancellationToken cancellationToken) => store.Use(
        commands => All(
            commands, "select 1 from process_run_observation where process_run_id = $id", reader => true,
            ("$id", run.ToString())).Count > 0,
        cancellationToken);

    public Task<IReadOnlyList<ArchiveSlice>> Slices(CancellationToken cancellationToken) =>
        store.Use<IReadOnlyList<ArchiveSlice>>(
            commands => All(
                commands,
                "select slice_id, month, runs, components, archived_at from archive_slice order by month, slice_id",
                reader => new ArchiveSlice(
                    reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetTime(4))),
            cancellationToken);

    public Task Replace(ArchiveSlice slice, IReadOnlyCollection<Guid> others, CancellationToken cancellationToken) =>
        store.Seal(
            (commands, leaves) =>
            {
                var archived = All(
                    commands, $"delete from archive_slice where slice_id in {Named} returning archived_at",
                    reader => reader.GetTime(0), ("$ids", JsonSerializer.Serialize(others)));
                if (archived.Count != others.Count)
                    throw new StoreException(
                        StoreFault.Conflict, new InvalidOperationException("A slice of files was replaced meanwhile."));
                Insert(commands, slice, LedgerTime.Text(archived.Max()));
                // Where nothing is sealed, too: what was sealed before would stay there for ever.
                commands.Run(
                    $"delete from sealed_slice where slice_id in {Named}", ("$ids", JsonSerializer.Serialize(others)));
                if (leaves is null)
                    return true;
                foreach (var other in others)
                    leaves.Left(LeafKind.Slice, LeafWay.Gone, other);
                commands.Slice(leaves, slice);
                return true;
            },
            cancellationToken);

    static void Insert(SqliteCommands commands, ArchiveSlice slice, object? archivedAt) => commands.Run(
        "insert into archive_slice (slice_id, month, runs, components, archived_at) "
        + "values ($id, $month, $runs, $components, $at)",
        ("$id", slice.Id.ToString()), ("$month", slice.Month),
        ("$runs", slice.Runs), ("$components", slice.Components), ("$at", archivedAt));

    static void NoteReturned(SqliteCommands commands, List<Guid> runs, DateTime now) => commands.Run(
        "insert or replace into archive_returned (process_run_id, returned_at) select value, $now from json_each($ids) "
        + "where exists (select 1 from archive_slice)",
        ("$ids", JsonSerializer.Serialize(runs)), ("$now", LedgerTime.Text(now)));

    static ArchivedRows Rows(SqliteCommands commands, (string, object?) ids) => new(
        All(
            commands,
            $"select {LedgerTable.Runs.Names} from process_run_observation where process_run_id in {Named} "
            + "order by process_run_id",
            LedgerTable.Runs.Read,
            ids),
        All(
            commands,
            $"select {LedgerTable.Components.Names} from process_component_observation where process_run_id in {Named} "
            + "order by component_run_id",
            LedgerTable.Components.Read,
            ids));

    static Dictionary<Guid, long> Bytes(SqliteCommands commands, List<SettledRun> runs) => All(
        commands,
        $"""
         select process_run_id, 500 + coalesce(length(evidence_ref), 0) + coalesce((
           select sum(500 + coalesce(length(c.evidence_ref), 0)) from process_component_observation c
           where c.process_run_id = r.process_run_id), 0)
         from process_run_observation r where process_run_id in {Named}
         """,
        reader => (Id: reader.GetGuid(0), Bytes: reader.GetInt64(1)),
        ("$ids", JsonSerializer.Serialize(runs.ConvertAll(run => run.Id)))).ToDictionary(
            run => run.Id, run => run.Bytes);

    static void Copy(
        SqliteCommands commands,
        string from,
        string to,
        string columns,
        (string, object?) ids,
        (string, object?) now) =>
        commands.Run(
            $"insert into {to} ({columns}, archived_at) select {columns}, $now from {from} "
            + $"where process_run_id in {Named}",
            ids,
            now);

    static void Insert<TRow>(SqliteCommands commands, LedgerTable<TRow> table, TRow row)
        where TRow : LedgerRow, new()
    {
        LedgerBatch.Insert(commands, table, row);
        if (row.IdempotencyKey is { } key)
        {
            commands.Run(
                $"insert into {table.Keys} (idempotency_key, {table.Id}) values ($key, $id) on conflict do nothing",
                ("$key", key), ("$id", row.Id.ToString()));
        }
    }

    static List<T> All<T>(
        SqliteCommands commands, string sql, Func<StoredRow, T> read, params (string, object?)[] parameters)
    {
        var found = new List<T>();
        commands.Read(sql, reader => found.Add(read(reader)), parameters);
        return found;
    }

    static IEnumerable<(string, object?)> Until(IReadOnlyDictionary<string, DateTime> latest) =>
        RetentionPolicy.Statuses.Select(
            status =>
                ($"${status}", latest.TryGetValue(status, out var until) ? (object?)LedgerTime.Text(until) : null));
}
