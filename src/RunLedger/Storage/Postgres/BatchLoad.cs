using Npgsql;
using RunLedger.Batching;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>The statements that load and lock one table's part of a batch, and how their results are read.</summary>
static class BatchLoad
{
    public static void Add<TRow>(NpgsqlBatch batch, LedgerTable<TRow> table, Guid[] ids, string[] keys)
        where TRow : LedgerRow, new()
    {
        var named =
            $"""
             {table.Id} = any (array(
               select unnest($1)
               union all select {table.Id} from {table.Aliases} where alias_id = any ($1)
               union all select {table.Id} from {table.Keys} where idempotency_key = any ($2)))
             """;

        // Locked in id order, so that replicas do not deadlock over them; NO KEY UPDATE, so that details of others may
        // refer to a header meanwhile.
        BatchWrite.Run(
            batch,
            $"select {table.Names} from {table.Rows} where {named} order by {table.Id} for no key update",
            BatchWrite.Of(ids),
            BatchWrite.Of(keys));

        // After the locks, with a new snapshot: what was archived or linked while we waited is seen.
        BatchWrite.Run(
            batch,
            $"select {table.Id}, process_run_id from {table.Archive} where {named}",
            BatchWrite.Of(ids),
            BatchWrite.Of(keys));
        BatchWrite.Run(
            batch, $"select alias_id, {table.Id} from {table.Aliases} where alias_id = any ($1)", BatchWrite.Of(ids));
        if (keys.Length > 0)
        {
            BatchWrite.Run(
                batch,
                $"select idempotency_key, {table.Id} from {table.Keys} where idempotency_key = any ($1)",
                BatchWrite.Of(keys));
        }
    }

    public static async Task Read<TRow>(
        NpgsqlDataReader reader,
        LedgerTable<TRow> table,
        LoadedRows<TRow> into,
        bool keys,
        CancellationToken cancellationToken)
        where TRow : LedgerRow, new()
    {
        var row = new PostgresRow(reader);
        while (await reader.ReadAsync(cancellationToken))
            into.Rows.Add(table.Read(row));
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            into.Archived[reader.GetGuid(0)] = reader.GetGuid(1);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            into.Aliases[reader.GetGuid(0)] = reader.GetGuid(1);
        await reader.NextResultAsync(cancellationToken);
        if (!keys)
            return;
        while (await reader.ReadAsync(cancellationToken))
            into.Keys[reader.GetString(0)] = reader.GetGuid(1);
        await reader.NextResultAsync(cancellationToken);
    }
}
