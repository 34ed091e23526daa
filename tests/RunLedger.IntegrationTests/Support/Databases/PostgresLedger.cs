using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Postgres;
using RunLedger.Service.Host;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>
/// A ledger in a PostgreSQL database of its own, on the server that <c>ConnectionStrings__Postgres</c> names.
/// </summary>
sealed class PostgresLedger : ReadableLedger
{
    readonly TestDatabase _database;
    readonly NpgsqlDataSource _service;

    PostgresLedger(TestDatabase database)
    {
        _database = database;
        _service = NpgsqlDataSource.Create(database.ServiceConnectionString);
    }

    public string ConnectionString => _database.ConnectionString;
    public NpgsqlDataSource DataSource => _database.DataSource;

    public static async Task<ReadableLedger> Open() =>
        new PostgresLedger(await TestDatabase.Create(applySchema: true));

    public override Task Execute(string sql) => _database.Execute(sql);

    public override string Bytes(byte[] bytes) => $@"'\x{Convert.ToHexString(bytes)}'";

    public override string ManyRuns =>
        """
        insert into process_run_observation
          (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at)
        select gen_random_uuid(), 'P', 'c', 'completed', 'dot_runtime', timestamptz '2026-03-01Z'
          from generate_series(1, 50000)
        """;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    protected override void AddReading(IServiceCollection services) =>
        services.AddLedgerReading(new PostgresDialect(_service));
}
