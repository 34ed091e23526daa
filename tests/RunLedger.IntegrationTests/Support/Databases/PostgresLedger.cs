using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RunLedger.Schema;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Postgres;
using RunLedger.Service.Host;
using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>
/// A ledger in a PostgreSQL database of its own, on the server that <c>ConnectionStrings__Postgres</c> names.
/// </summary>
sealed class PostgresLedger : ReadableLedger
{

    // On CI a missing server is a fault, not a reason to pass.
    static bool Required => Environment.GetEnvironmentVariable("CI") == "true";

    readonly string _server;
    readonly NpgsqlDataSource _service;
    readonly string _name = $"reading_{Guid.CreateVersion7():n}";

    PostgresLedger(string server)
    {
        _server = server;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = _name }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        _service = NpgsqlDataSource.Create(ServiceLogin.Of(ConnectionString));
    }

    public string ConnectionString { get; }
    public NpgsqlDataSource DataSource { get; }

    public static async Task<ReadableLedger> Open()
    {
        var server = Environment.GetEnvironmentVariable("ConnectionStrings__Postgres");
        Assert.SkipWhen(
            string.IsNullOrEmpty(server) && !Required, "ConnectionStrings__Postgres is not set: run infra/servers-up.");
        Assert.False(string.IsNullOrEmpty(server), "ConnectionStrings__Postgres is not set.");
        var ledger = new PostgresLedger(server!);
        try
        {
            await ledger.OnServer($"create database {ledger._name}");
        }
        catch (NpgsqlException unreachable) when (unreachable is not PostgresException && !Required)
        {
            Assert.Skip($"PostgreSQL does not answer, run infra/servers-up: {unreachable.Message}");
        }
        await new LedgerSchema(ledger.ConnectionString).Apply();
        await ServiceLogin.Admit(server!, ledger.ConnectionString);
        return ledger;
    }

    public override async Task Execute(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

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
        await DataSource.DisposeAsync();
        await _service.DisposeAsync();
        // Not "with (force)": only a superuser may force out an autovacuum that happens to be here; a plain drop waits
        // for it.
        await OnServer(
            $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_name}' "
            + "and pg_has_role(usesysid, 'usage')");
        await OnServer($"drop database {_name}");
    }

    protected override void AddReading(IServiceCollection services) =>
        services.AddLedgerReading(new PostgresDialect(_service));

    async Task OnServer(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // SQL of the tests themselves
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
