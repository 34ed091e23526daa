using Npgsql;
using RunLedger.Scheduling;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>Scheduled messages in PostgreSQL; any number of dispatchers.</summary>
sealed class PostgresScheduleStore(NpgsqlDataSource dataSource) : IScheduleStore
{
    public Task Write(
        IReadOnlyCollection<ScheduledRow> rows, IReadOnlyCollection<Cancellation> cancelled, DateTime now,
        CancellationToken cancellationToken) =>
        Run(
            batch =>
            {
                PostgresSchedule.Add(batch, rows);
                PostgresSchedule.Cancel(batch, cancelled, now);
            },
            cancellationToken);

    public async Task<IScheduleClaim> Claim(
        DateTime now, int limit, Claimable which, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await dataSource.OpenConnectionAsync(cancellationToken);
            var claim = new PostgresClaim(connection, await connection.BeginTransactionAsync(cancellationToken));
            await claim.Load(now, limit, which, cancellationToken);
            return claim;
        }
        catch (Exception e)
        {
            if (connection is not null)
                await connection.DisposeAsync();
            if (e is not OperationCanceledException)
                throw PostgresFaults.Of(e);
            throw;
        }
    }

    public async Task<DateTime?> NextDue(Claimable which, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand(PostgresSchedule.Next);
            command.Parameters.Add(PostgresWrite.Of(which.Recurring));
            command.Parameters.Add(PostgresWrite.Of(which.Waiting));
            return await command.ExecuteScalarAsync(cancellationToken) as DateTime?;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw PostgresFaults.Of(e);
        }
    }

    public Task Register(IReadOnlyCollection<ScheduledRow> recurring, CancellationToken cancellationToken) =>
        Run(batch => PostgresSchedule.Register(batch, recurring), cancellationToken);

    public Task Forget(DateTime now, CancellationToken cancellationToken) => Run(
        batch => PostgresWrite.Run(
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
            throw PostgresFaults.Of(e);
        }
    }
}
