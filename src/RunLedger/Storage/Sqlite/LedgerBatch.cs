using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>A SQLite transaction, the only one that writes.</summary>
sealed class LedgerBatch(SqliteConnection connection, SqliteTransaction transaction, SemaphoreSlim writer) : ILedgerBatch
{
    readonly SqliteCommands _commands = new(connection, transaction);

    public LoadedRows<RunRow> Runs { get; } = new();
    public LoadedRows<ComponentRow> Components { get; } = new();

    public void Load(BatchKeys names)
    {
        Load(LedgerTable.Runs, RowReader.RunColumns, names.Runs, names.RunKeys, Runs, RowReader.Run);
        Load(
            LedgerTable.Components, RowReader.ComponentColumns, names.Components, names.ComponentKeys, Components,
            RowReader.Component);
    }

    public Task Commit(LedgerChanges changes, CancellationToken cancellationToken)
    {
        try
        {
            Link(LedgerTable.Runs, changes.Runs);
            Rows(LedgerTable.Runs, changes.Runs);
            foreach (var (old, to) in changes.Runs.Moved)
            {
                Run("update process_component_observation set process_run_id = $to where process_run_id = $old",
                    ("$to", to.ToString()), ("$old", old.ToString()));
            }

            Link(LedgerTable.Components, changes.Components);
            Rows(LedgerTable.Components, changes.Components);
            Unlink(LedgerTable.Components, changes.Components);
            Unlink(LedgerTable.Runs, changes.Runs);
            _commands.Reject(changes.Rejected);
            ScheduleSql.Add(_commands, changes.Outbox);
            _commands.Count(changes.Counts);
            transaction.Commit();
            return Task.CompletedTask;
        }
        catch (SqliteException e)
        {
            throw Fault(e);
        }
    }

    public ValueTask DisposeAsync()
    {
        try
        {
            transaction.Dispose();
        }
        catch (SqliteException)
        {
            // Closing ends the transaction too; whoever is next opens the file again.
            connection.Close();
        }
        finally
        {
            writer.Release();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>https://www.sqlite.org/rescode.html: constraint, too big and mismatch are a row's fault.</summary>
    public static StoreException Fault(Exception e) =>
        new(e is SqliteException { SqliteErrorCode: 19 or 18 or 20 } ? StoreFault.Data : StoreFault.Unavailable, e);

    /// <summary>A row of an id that is new.</summary>
    public static void Insert(SqliteCommands commands, LedgerTable table, LedgerRow row)
    {
        (string Column, object? Value)[] values = [(table.Id, row.Id.ToString()), .. Own(row), .. Shared(row)];
        commands.Run($"insert into {table.Rows} ({string.Join(", ", values.Select(v => v.Column))}) "
            + $"values ({string.Join(", ", values.Select(v => "$" + v.Column))})", Parameters(values));
        Derive(commands, table, row.Id);
    }

    void Load<TRow>(
        LedgerTable table, string columns, Guid[] ids, string[] keys, LoadedRows<TRow> into, Func<DbDataReader, TRow> read)
        where TRow : LedgerRow
    {
        var idList = ("$ids", (object?)JsonSerializer.Serialize(ids));
        var keyList = ("$keys", (object?)JsonSerializer.Serialize(keys));
        Read($"select alias_id, {table.Id} from {table.Aliases} where alias_id in (select value from json_each($ids))",
            reader => into.Aliases[Guid.Parse(reader.GetString(0))] = Guid.Parse(reader.GetString(1)), idList);
        Read($"select idempotency_key, {table.Id} from {table.Keys} where idempotency_key in (select value from json_each($keys))",
            reader => into.Keys[reader.GetString(0)] = Guid.Parse(reader.GetString(1)), keyList);
        var all = ids.Concat(into.Aliases.Values).Concat(into.Keys.Values).Distinct().Order();
        Read($"select {columns} from {table.Rows} where {table.Id} in (select value from json_each($ids)) order by {table.Id}",
            reader => into.Rows.Add(read(reader)), ("$ids", JsonSerializer.Serialize(all)));
        Read($"select {table.Id}, process_run_id from {table.Archive} where {table.Id} in (select value from json_each($ids))",
            reader => into.Archived[Guid.Parse(reader.GetString(0))] = Guid.Parse(reader.GetString(1)),
            ("$ids", JsonSerializer.Serialize(all)));
    }

    void Link<TRow>(LedgerTable table, TableChanges<TRow> changes)
        where TRow : LedgerRow
    {
        foreach (var id in changes.Restored)
            Run($"delete from {table.Aliases} where alias_id = $id", ("$id", id.ToString()));
        foreach (var id in changes.Removed)
            Run($"update {table.Rows} set idempotency_key = null where {table.Id} = $id", ("$id", id.ToString()));
    }

    void Unlink<TRow>(LedgerTable table, TableChanges<TRow> changes)
        where TRow : LedgerRow
    {
        foreach (var (old, to) in changes.Moved)
        {
            Run($"delete from {table.Rows} where {table.Id} = $old", ("$old", old.ToString()));
            foreach (var names in (string[])[table.Aliases, table.Keys])
            {
                Run($"update {names} set {table.Id} = $to where {table.Id} = $old",
                    ("$to", to.ToString()), ("$old", old.ToString()));
            }

            Run($"insert into {table.Aliases} (alias_id, {table.Id}) values ($old, $to) "
                + $"on conflict (alias_id) do update set {table.Id} = excluded.{table.Id}",
                ("$old", old.ToString()), ("$to", to.ToString()));
        }

        foreach (var (key, id) in changes.Keys)
        {
            Run($"insert into {table.Keys} (idempotency_key, {table.Id}) values ($key, $id)",
                ("$key", key), ("$id", id.ToString()));
        }
    }

    void Rows<TRow>(LedgerTable table, TableChanges<TRow> changes)
        where TRow : LedgerRow
    {
        foreach (var row in changes.Inserted)
            Insert(_commands, table, row);
        foreach (var row in changes.Updated)
        {
            (string Column, object? Value)[] values = [.. Own(row), .. Shared(row)];
            Run($"update {table.Rows} set {string.Join(", ", values.Select(v => $"{v.Column} = ${v.Column}"))} "
                + $"where {table.Id} = $id", [.. Parameters(values), ("$id", row.Id.ToString())]);
            Derive(_commands, table, row.Id);
        }
    }

    static void Derive(SqliteCommands commands, LedgerTable table, Guid id)
    {
        foreach (var (column, sql) in table.Derived)
            commands.Run($"update {table.Rows} as r set {column} = {sql} where {table.Id} = $id", ("$id", id.ToString()));
    }

    static (string, object?)[] Own(LedgerRow row) => row switch
    {
        RunRow run =>
        [
            ("process_candidate_code", run.ProcessCandidateCode), ("last_event_at", Time(run.LastEventAt)),
            ("live_at", Time(run.LiveAt)), ("deadline_at", Time(run.DeadlineAt)), ("settled_at", Time(run.SettledAt)),
        ],
        ComponentRow component =>
        [
            ("process_run_id", component.ProcessRunId.ToString()), ("dot_code", component.DotCode),
            ("component_role", component.ComponentRole), ("event_code", component.EventCode),
            ("queue_job_id", component.QueueJobId?.ToString()),
        ],
        _ => throw new ArgumentException($"No table holds {row.GetType().Name}."),
    };

    static (string, object?)[] Shared(LedgerRow row) =>
    [
        ("parent_run_id", row.ParentRunId?.ToString()), ("correlation_id", row.CorrelationId),
        ("status", row.Status.Text()), ("source_system", row.SourceSystem), ("idempotency_key", row.IdempotencyKey),
        ("input_ref", row.InputRef), ("output_ref", row.OutputRef), ("error_ref", row.ErrorRef),
        ("evidence_ref", row.EvidenceRef), ("started_at", Time(row.StartedAt)), ("ended_at", Time(row.EndedAt)),
        ("created_at", LedgerTime.Text(row.CreatedAt)), ("fold", row.Fold),
    ];

    static (string, object?)[] Parameters((string Column, object? Value)[] values) =>
        [.. values.Select(v => ("$" + v.Column, v.Value))];

    static string? Time(DateTime? time) => time is { } utc ? LedgerTime.Text(utc) : null;

    void Run(string sql, params (string Name, object? Value)[] parameters) => _commands.Run(sql, parameters);

    void Read(string sql, Action<SqliteDataReader> each, params (string Name, object? Value)[] parameters) =>
        _commands.Read(sql, each, parameters);
}
