using Npgsql;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>What the archive's transactions need to be sealed.</summary>
static class ArchiveSeal
{
    /// <summary>A slice of files that counts from now on.</summary>
    public static void Add(NpgsqlBatch batch, LeafList leaves, ArchiveSlice slice)
    {
        var manifest = Convert.FromHexString(slice.Manifest!);
        leaves.Slice(slice.Id, manifest);
        BatchWrite.Run(
            batch,
            "insert into sealed_slice (slice_id, month, manifest) values ($1, $2, $3)",
            new NpgsqlParameter<Guid> { TypedValue = slice.Id },
            new NpgsqlParameter<string> { TypedValue = slice.Month },
            new NpgsqlParameter<byte[]> { TypedValue = manifest });
    }

    /// <summary>Slices that another has taken the place of.</summary>
    public static void Replace(
        NpgsqlBatch batch, LeafList? leaves, ArchiveSlice slice, IReadOnlyCollection<Guid> others)
    {
        // Where nothing is sealed, too: what was sealed before would stay there for ever.
        BatchWrite.Run(
            batch, "delete from sealed_slice where slice_id = any ($1)", BatchWrite.Of(others.ToArray()));
        if (leaves is null)
            return;
        foreach (var other in others)
            leaves.Left(LeafKind.Slice, LeafWay.Gone, other);
        Add(batch, leaves, slice);
    }

    /// <summary>Rows of the archive's tables, held: runs, and their components.</summary>
    public static async Task<ArchivedRows> Archived(
        this NpgsqlConnection connection, Guid[] runs, CancellationToken cancellationToken) => new(
        await connection.Rows(
            LedgerTable.Runs, LedgerTable.Runs.Archive, LedgerTable.Runs.Id, runs, "for update", cancellationToken),
        await connection.Rows(
            LedgerTable.Components, LedgerTable.Components.Archive, LedgerTable.Runs.Id, runs, "for update",
            cancellationToken));

    /// <summary>Rows of a table, by their ids.</summary>
    public static Task<List<TRow>> Rows<TRow>(
        this NpgsqlConnection connection, LedgerTable<TRow> table, string from, Guid[] ids, string lockWith,
        CancellationToken cancellationToken)
        where TRow : LedgerRow, new() =>
        connection.Rows(table, from, table.Id, ids, lockWith, cancellationToken);

    static async Task<List<TRow>> Rows<TRow>(
        this NpgsqlConnection connection, LedgerTable<TRow> table, string from, string by, Guid[] ids, string lockWith,
        CancellationToken cancellationToken)
        where TRow : LedgerRow, new()
    {
        await using var command = new NpgsqlCommand(
            $"select {table.Names} from {from} where {by} = any ($1) order by {table.Id} {lockWith}", connection);
        command.Parameters.Add(BatchWrite.Of(ids));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var stored = new PostgresRow(reader);
        var found = new List<TRow>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(table.Read(stored));
        return found;
    }
}
