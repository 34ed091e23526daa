using Npgsql;
using RunLedger.Scheduling;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>Scheduled messages in PostgreSQL; any number of dispatchers.</summary>
sealed class ScheduleStore(NpgsqlDataSource dataSource, CommitSeals? seals = null) : IScheduleStore
{
    public Task Write(ScheduleChanges changes, DateTime now, CancellationToken cancellationToken) =>
        Run(
            batch =>
            {
                ScheduleSql.Add(batch, changes.Rows);
                ScheduleSql.Cancel(batch, changes.Cancelled, now);
                ScheduleSql.Pause(batch, changes.Paused, now);
            },
            cancellationToken);

    public async Task<IScheduleClaim> Claim(
        DateTime now, int limit, ClaimFilter which, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await dataSource.OpenConnectionAsync(cancellationToken);
            var claim = new ScheduleClaim(
                connection, await connection.BeginTransactionAsync(cancellationToken), seals);
            await claim.Load(now, limit, which, cancellationToken);
            return claim;
        }
        catch (Exception e)
        {
            if (connection is not null)
                await connection.DisposeAsync();
            if (e is not OperationCanceledException)
                throw PostgresErrors.Of(e);
            throw;
        }
    }

    public async Task<DateTime?> NextDue(ClaimFilter which, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(ScheduleSql.Next);
            command.Parameters.Add(BatchWrite.Of(which.Recurring));
            command.Parameters.Add(BatchWrite.Of(which.Waiting));
            return await command.ExecuteScalarAsync(cancellationToken) as DateTime?;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PostgresErrors.Of(e);
        }
    }

    public Task Register(IReadOnlyCollection<ScheduledRow> recurring, CancellationToken cancellationToken) =>
        Run(batch => ScheduleSql.Register(batch, recurring), cancellationToken);

    public Task Forget(DateTime now, CancellationToken cancellationToken) => Run(
        batch => BatchWrite.Run(
            batch,
            "delete from scheduled_message where cancelled_at is not null and due_at <= $1",
            new NpgsqlParameter<DateTime> { TypedValue = now }),
        cancellationToken);

    // One round trip; several statements of a batch without a transaction of its own are one transaction.
    async Task Run(Action<NpgsqlBatch> add, CancellationToken cancellationToken)
    {
        try
        {
            await using var batch = dataSource.CreateBatch();
            add(batch);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PostgresErrors.Of(e);
        }
    }
}
