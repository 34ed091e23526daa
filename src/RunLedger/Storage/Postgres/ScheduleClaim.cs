using Npgsql;
using RunLedger.Scheduling;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>A transaction that holds the locks on due messages while they are sent.</summary>
sealed class ScheduleClaim(NpgsqlConnection connection, NpgsqlTransaction transaction, CommitSeals? seals = null)
    : IScheduleClaim
{
    /// <summary>A slice of large messages ends here; what it locked beyond goes with the next one.</summary>
    const int MaxBytes = 16 * 1024 * 1024;

    readonly List<ScheduledRow> _rows = [];
    int _bytes;

    public IReadOnlyList<ScheduledRow> Rows => _rows;

    public async Task Load(DateTime now, int limit, ClaimFilter which, CancellationToken cancellationToken)
    {
        await Read(cancellationToken, ScheduleSql.PlanningOf(), ScheduleSql.HeadsOf(now, limit, which));
        // The heads that were read, and no others, give the right to their runs.
        var runs = _rows.Where(row => row.RunId is not null).Select(row => row.RunId!.Value).ToArray();
        if (runs.Length > 0 && _bytes < MaxBytes)
        {
            await Read(
                cancellationToken, ScheduleSql.FollowersOf(runs, now, limit, [.. _rows.Select(row => row.Token)]));
        }
    }

    public async Task Settle(ClaimResult result, CancellationToken cancellationToken)
    {
        try
        {
            var commit = seals is null || result.Rejected.Count == 0 ? null : await Reject(result, cancellationToken);
            await using var batch = connection.CreateBatch();
            ScheduleSql.Settle(batch, result);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            if (commit is not null)
                seals!.Committed(commit);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PostgresErrors.Of(e);
        }
    }

    async Task<SealedCommit?> Reject(ClaimResult result, CancellationToken cancellationToken)
    {
        var leaves = new LeafList();
        foreach (var (before, after) in await connection.RejectSealed(result.Rejected, cancellationToken))
            leaves.Rejected(before, after);
        // They are set aside already.
        result.Rejected.Clear();
        return await connection.Seal(seals!, leaves, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // A connection that broke has nothing to roll back; its error is already on its way.
        try
        {
            await transaction.DisposeAsync();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
        }

        await connection.DisposeAsync();
    }

    /// <summary>Reads what the last command answers.</summary>
    async Task Read(CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands)
    {
        await using var batch = connection.CreateBatch();
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (var before = commands.Length; before > 1; before--)
            await reader.NextResultAsync(cancellationToken);
        var stored = new PostgresRow(reader);
        while (_bytes < MaxBytes && await reader.ReadAsync(cancellationToken))
        {
            var row = ScheduledRow.Read(stored);
            _bytes += row.Body.Length;
            _rows.Add(row);
        }
    }
}
