using Npgsql;
using RunLedger.Batching;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>A PostgreSQL transaction that holds a batch's rows.</summary>
/// <param name="connection">Its own until it is disposed.</param>
/// <param name="transaction">Begun.</param>
/// <param name="seals">Seals what it commits; null where nothing is sealed.</param>
sealed class LedgerBatch(NpgsqlConnection connection, NpgsqlTransaction transaction, CommitSeals? seals) : ILedgerBatch
{
    /// <summary>How often rows are followed that move on while they are waited for.</summary>
    const int MaxMoves = 5;

    /// <summary>
    /// To hash so many rows takes longer than a round trip, and about as long as the database takes to write them.
    /// </summary>
    const int ManyRows = 200;

    /// <summary>
    /// Planned once for a connection, by indexes alone: planning costs as much as a batch of ten rows, and a plan that
    /// was made, and kept, while a table was all but empty would read the whole of it for every batch once it has
    /// grown, until the next analyze. A definition that is made known meanwhile waits for this batch, and then finds
    /// its runs.
    /// </summary>
    internal static readonly string BeginSql =
        $"""
         select {TransactionLimits.SqlOf(TransactionLimits.Computing)},
           set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
           set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
           pg_advisory_xact_lock_shared({DefinitionStore.Lock})
         """;

    readonly BatchSeal? _seal = seals is null ? null : new(connection, seals);
    bool _loaded;

    public LoadedRows<RunRow> Runs { get; } = new();
    public LoadedRows<ComponentRow> Components { get; } = new();

    public async Task Load(BatchKeys keys, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        BatchWrite.Run(batch, BeginSql);
        BatchLoad.Add(batch, LedgerTable.Runs, keys.Runs, keys.RunKeys);
        BatchLoad.Add(batch, LedgerTable.Components, keys.Components, keys.ComponentKeys);
        if (_seal is not null)
            BatchSeal.Add(batch);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            await BatchLoad.Read(reader, LedgerTable.Runs, Runs, keys.RunKeys.Length > 0, cancellationToken);
            await BatchLoad.Read(
                reader, LedgerTable.Components, Components, keys.ComponentKeys.Length > 0, cancellationToken);
            if (_seal is not null)
                await _seal.Read(reader, cancellationToken);
        }

        var missed = await LoadMissed(LedgerTable.Runs, keys.Runs, keys.RunKeys, Runs, cancellationToken)
            | await LoadMissed(
                LedgerTable.Components, keys.Components, keys.ComponentKeys, Components, cancellationToken);
        if (_seal is not null && missed)
            await _seal.Draw(cancellationToken);
        _loaded = true;
    }

    public async Task Commit(LedgerChanges changes, CancellationToken cancellationToken)
    {
        try
        {
            SealedCommit? commit;
            await using var batch = connection.CreateBatch();
            if (_seal is not null && changes.Rows >= ManyRows && _seal.Knows(changes))
            {
                commit = await WriteAndHash(_seal, changes, cancellationToken);
            }
            else
            {
                commit = _seal is null ? null : await _seal.Of(changes, Runs.Rows, Components.Rows, cancellationToken);
                BatchWrite.Add(batch, changes);
            }

            // The commit travels with what it commits; after a statement that fails the server skips it.
            if (commit is not null)
                SealSql.Insert(batch, commit);
            BatchWrite.Run(batch, "commit");
            await batch.ExecuteNonQueryAsync(cancellationToken);
            if (commit is not null)
                seals!.Committed(commit);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PostgresErrors.Of(e);
        }
    }

    // Both at once: what is sealed is hashed while the database writes.
    async Task<SealedCommit?> WriteAndHash(BatchSeal seal, LedgerChanges changes, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        BatchWrite.Add(batch, changes);
        var writing = batch.ExecuteNonQueryAsync(cancellationToken);
        try
        {
            return seal.Of(changes, Runs.Rows, Components.Rows);
        }
        finally
        {
            await writing;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A connection that broke has nothing to roll back; its error is already on its way.
        try
        {
            await transaction.DisposeAsync();
            // What followed the statement whose rows failed (a deadlock, say) and was about to be prepared, Npgsql
            // 10.0.3 then takes for prepared: every batch of this connection would fail (26000) for as long as it
            // lives.
            if (!_loaded)
                connection.UnprepareAll();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
        }

        await connection.DisposeAsync();
    }

    // Aliases and keys are read after the locks are held. What they lead to and was not locked with the rest was linked
    // by another replica in between: all is read again, with it, until nothing else moved meanwhile. Locked out of
    // order; a deadlock is taken again like any race.
    async Task<bool> LoadMissed<TRow>(
        LedgerTable<TRow> table,
        Guid[] ids,
        string[] keys,
        LoadedRows<TRow> loaded,
        CancellationToken cancellationToken)
        where TRow : LedgerRow, new()
    {
        var asked = new HashSet<Guid>();
        var any = false;
        for (var moves = 0; loaded.Aliases.Count + loaded.Keys.Count > 0; moves++)
        {
            var missed = loaded.Aliases.Values.Concat(loaded.Keys.Values)
                .Except(loaded.Rows.Select(row => row.Id)).Except(asked).ToArray();
            if (missed.Length == 0)
                return any;
            any = true;
            if (moves == MaxMoves)
                throw new StoreException(
                    StoreFault.Conflict, new TimeoutException($"Rows of {table.Rows} moved {moves} times."));
            asked.UnionWith(missed);
            loaded.Clear();
            await using var batch = connection.CreateBatch();
            BatchLoad.Add(batch, table, [.. asked.Union(ids).Order()], keys);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await BatchLoad.Read(reader, table, loaded, keys.Length > 0, cancellationToken);
        }

        return any;
    }
}
