using Npgsql;
using RunLedger.Batching;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>The ledger in PostgreSQL: a batch is one round trip to load, and one to write and commit.</summary>
sealed class LedgerStore(NpgsqlDataSource dataSource, CommitSeals? seals = null) : ILedgerStore
{
    public async Task<ILedgerBatch> Begin(BatchKeys keys, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        LedgerBatch? batch = null;
        try
        {
            connection = await dataSource.OpenConnectionAsync(cancellationToken);
            batch = new LedgerBatch(connection, await connection.BeginTransactionAsync(cancellationToken), seals);
            await batch.Load(keys, cancellationToken);
            return batch;
        }
        catch (Exception e)
        {
            if (batch is not null)
                await batch.DisposeAsync();
            else if (connection is not null)
                await connection.DisposeAsync();
            if (e is not OperationCanceledException)
                throw PostgresErrors.Of(e);
            throw;
        }
    }

    public async Task<RunRow?> Find(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
             select {LedgerTable.Runs.Names} from process_run_observation
             where process_run_id = $1
                or process_run_id = (select process_run_id from process_run_alias where alias_id = $1)
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? LedgerTable.Runs.Read(new PostgresRow(reader)) : null;
    }

    public Task Reopen(IReadOnlyCollection<Guid> runs, DateTime now, CancellationToken cancellationToken) =>
        new ArchiveStore(dataSource, seals).Return(runs, now, cancellationToken);

    /// <summary>The one place that decides how RunLedger talks to PostgreSQL; what the string says wins.</summary>
    public static NpgsqlDataSource Connect(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // The same few statements for ever: prepared once per connection. `Max Auto Prepare=0` turns it off again,
        // for a pooler that cannot hold prepared statements.
        if (!settings.ShouldSerialize("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 64;
            settings.AutoPrepareMinUsages = 2;
        }

        // No statement changes a session, so that none has to be made as new: that would be seven more for each batch.
        if (!settings.ShouldSerialize("No Reset On Close"))
            settings.NoResetOnClose = true;
        if (!settings.ShouldSerialize("Application Name"))
            settings.ApplicationName = "run-ledger";
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
