using Npgsql;
using RunLedger.Batching;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>
/// What a batch needs to be sealed: a number that travels with what it loads, and the leaves of what it writes. It
/// costs a round trip more only where the database decides what is written: runs that merge, and what is set aside.
/// </summary>
sealed class BatchSeal(NpgsqlConnection connection, CommitSeals seals)
{
    readonly Dictionary<string, string> _definitions = [];
    long _seq;

    /// <summary>The last statements of those that load and lock.</summary>
    public static void Add(NpgsqlBatch batch)
    {
        BatchWrite.Run(batch, SealSql.Definitions);
        BatchWrite.Run(batch, SealSql.Next);
    }

    public async Task Read(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
            _definitions[reader.GetString(0)] = reader.GetString(1);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        _seq = reader.GetInt64(0);
    }

    /// <summary>Another number, after more was locked.</summary>
    public async Task Draw(CancellationToken cancellationToken)
    {
        await using var next = new NpgsqlCommand(SealSql.Next, connection);
        _seq = (long)(await next.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Whether what is sealed follows from what was loaded, and the database need not be asked.</summary>
    public bool Knows(LedgerChanges changes) => seals.Begun && changes.Runs.Moved.Count + changes.Rejected.Count == 0;

    /// <summary>Of changes that it <see cref="Knows"/>.</summary>
    public SealedCommit? Of(LedgerChanges changes, List<RunRow> runs, List<ComponentRow> components)
    {
        var leaves = Leaves(changes);
        BatchLeaves.Add(leaves, changes, runs, components, [], _definitions);
        return leaves.Count == 0 ? null : seals.Seal(_seq, leaves);
    }

    /// <summary>Call before anything is written; sets aside what is rejected.</summary>
    public async Task<SealedCommit?> Of(
        LedgerChanges changes, List<RunRow> runs, List<ComponentRow> components, CancellationToken cancellationToken)
    {
        if (Knows(changes))
            return Of(changes, runs, components);
        var leaves = Leaves(changes);
        var moved = changes.Runs.Moved.Count == 0
            ? []
            : await Components(changes.Runs.Moved.ConvertAll(move => move.Old), cancellationToken);
        var rejected = changes.Rejected.Count == 0
            ? []
            : await connection.RejectSealed(changes.Rejected, cancellationToken);
        if (changes.Runs.Moved.Count + changes.Rejected.Count > 0)
            await Draw(cancellationToken);
        BatchLeaves.Add(leaves, changes, runs, components, moved, _definitions);
        foreach (var (before, after) in rejected)
            leaves.Rejected(before, after);
        // They are set aside already.
        changes.Rejected.Clear();
        if (leaves.Count == 0)
            return null;
        if (await connection.Begin(seals, leaves, cancellationToken))
            await Draw(cancellationToken);
        return seals.Seal(_seq, leaves);
    }

    static LeafList Leaves(LedgerChanges changes) => new(LeafList.Size(changes.Rows, changes.Taken.Count));

    // What follows a run that became part of another.
    async Task<List<ComponentRow>> Components(List<Guid> runs, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             select {LedgerTable.Components.Names} from process_component_observation where process_run_id = any ($1)
             order by component_run_id for update
             """,
            connection);
        command.Parameters.Add(BatchWrite.Of(runs.ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var stored = new PostgresRow(reader);
        var found = new List<ComponentRow>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(LedgerTable.Components.Read(stored));
        return found;
    }
}
