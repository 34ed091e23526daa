using System.Text.Json;
using Microsoft.Data.Sqlite;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>A SQLite transaction, the only one that writes.</summary>
sealed class LedgerBatch(
    SqliteConnection connection, SqliteTransaction transaction, SemaphoreSlim writer, CommitSeals? seals = null)
    : ILedgerBatch
{
    readonly SqliteCommands _commands = new(connection, transaction);

    public LoadedRows<RunRow> Runs { get; } = new();
    public LoadedRows<ComponentRow> Components { get; } = new();

    public void Load(BatchKeys keys)
    {
        Load(LedgerTable.Runs, keys.Runs, keys.RunKeys, Runs);
        Load(LedgerTable.Components, keys.Components, keys.ComponentKeys, Components);
    }

    public Task Commit(LedgerChanges changes, CancellationToken cancellationToken)
    {
        try
        {
            var leaves = seals is null ? null : Leaves(changes);
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
            _commands.Reject(leaves, changes.Rejected);
            ScheduleSql.Add(_commands, changes.Outbox);
            _commands.Count(changes.Counts);
            var commit = leaves is null ? null : _commands.Seal(seals!, leaves);
            transaction.Commit();
            if (commit is not null)
                seals!.Committed(commit);
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
    public static void Insert<TRow>(SqliteCommands commands, LedgerTable<TRow> table, TRow row)
        where TRow : LedgerRow, new()
    {
        commands.Run($"insert into {table.Rows} ({string.Join(", ", table.Written.Select(column => column.Name))}) "
            + $"values ({string.Join(", ", table.Written.Select(column => "$" + column.Name))})", Parameters(
                table, row));
        Derive(commands, table, row.Id);
    }

    // Before anything is written.
    LeafList Leaves(LedgerChanges changes)
    {
        var leaves = new LeafList();
        var moved = changes.Runs.Moved.Count == 0
            ? []
            : _commands.Rows(
                LedgerTable.Components, LedgerTable.Components.Rows, LedgerTable.Runs.Id,
                changes.Runs.Moved.Select(move => move.Old));
        BatchLeaves.Add(leaves, changes, Runs.Rows, Components.Rows, moved, _commands.Definitions());
        return leaves;
    }

    void Load<TRow>(LedgerTable<TRow> table, Guid[] ids, string[] keys, LoadedRows<TRow> into)
        where TRow : LedgerRow, new()
    {
        var idList = ("$ids", (object?)JsonSerializer.Serialize(ids));
        var keyList = ("$keys", (object?)JsonSerializer.Serialize(keys));
        Read($"select alias_id, {table.Id} from {table.Aliases} where alias_id in (select value from json_each($ids))",
            reader => into.Aliases[Guid.Parse(reader.GetString(0))] = Guid.Parse(reader.GetString(1)), idList);
        Read(
            $"select idempotency_key, {table.Id} from {table.Keys} where idempotency_key in (select value "
            + "from json_each($keys))",
            reader => into.Keys[reader.GetString(0)] = Guid.Parse(reader.GetString(1)),
            keyList);
        var all = ids.Concat(into.Aliases.Values).Concat(into.Keys.Values).Distinct().Order();
        Read(
            $"select {table.Names} from {table.Rows} where {table.Id} in (select value from json_each($ids)) "
            + $"order by {table.Id}",
            reader => into.Rows.Add(table.Read(reader)),
            ("$ids", JsonSerializer.Serialize(all)));
        Read(
            $"select {table.Id}, process_run_id from {table.Archive} where {table.Id} in (select value "
            + "from json_each($ids))",
            reader => into.Archived[Guid.Parse(reader.GetString(0))] = Guid.Parse(reader.GetString(1)),
            ("$ids", JsonSerializer.Serialize(all)));
    }

    void Link<TRow>(LedgerTable<TRow> table, TableChanges<TRow> changes)
        where TRow : LedgerRow, new()
    {
        foreach (var id in changes.Restored)
            Run($"delete from {table.Aliases} where alias_id = $id", ("$id", id.ToString()));
        foreach (var id in changes.Removed)
            Run($"update {table.Rows} set idempotency_key = null where {table.Id} = $id", ("$id", id.ToString()));
    }

    void Unlink<TRow>(LedgerTable<TRow> table, TableChanges<TRow> changes)
        where TRow : LedgerRow, new()
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

    void Rows<TRow>(LedgerTable<TRow> table, TableChanges<TRow> changes)
        where TRow : LedgerRow, new()
    {
        foreach (var row in changes.Inserted)
            Insert(_commands, table, row);
        foreach (var row in changes.Updated)
        {
            var values = table.Written.Where(column => column.Name != table.Id)
                .Select(column => $"{column.Name} = ${column.Name}");
            Run(
                $"update {table.Rows} set {string.Join(", ", values)} where {table.Id} = ${table.Id}",
                Parameters(table, row));
            Derive(_commands, table, row.Id);
        }
    }

    static void Derive<TRow>(SqliteCommands commands, LedgerTable<TRow> table, Guid id)
        where TRow : LedgerRow, new()
    {
        foreach (var (column, sql) in table.Derived)
            commands.Run(
                $"update {table.Rows} as r set {column} = {sql} where {table.Id} = $id", ("$id", id.ToString()));
    }

    static (string, object?)[] Parameters<TRow>(LedgerTable<TRow> table, TRow row)
        where TRow : LedgerRow, new() =>
        [.. table.Written.Select(column => ("$" + column.Name, (object?)SqliteSql.Stored(column.Value(row))))];

    void Run(string sql, params (string Name, object? Value)[] parameters) => _commands.Run(sql, parameters);

    void Read(string sql, Action<SqliteRow> each, params (string Name, object? Value)[] parameters) =>
        _commands.Read(sql, each, parameters);
}
