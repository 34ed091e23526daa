using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Database.Sqlite;
using RunLedger.Service.Host;
using RunLedger.Storage.Sqlite;
using RunLedger.Testing.Stores;

namespace RunLedger.Tests.Support;

/// <summary>A ledger in a SQLite file of its own.</summary>
sealed class SqliteLedger : ReadableLedger
{
    readonly string _file = Path.Combine(Path.GetTempPath(), $"ledger-{Guid.CreateVersion7():n}.db");

    string ConnectionString => $"Data Source={_file};Pooling=False";

    public static Task<ReadableLedger> Open()
    {
        var ledger = new SqliteLedger();
        using var store = new LedgerStore(ledger._file);
        store.Open();
        return Task.FromResult<ReadableLedger>(ledger);
    }

    public override async Task Execute(string sql)
    {
        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // SQL of the tests themselves
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public override string Bytes(byte[] bytes) => $"x'{Convert.ToHexString(bytes)}'";

    public override string ManyRuns =>
        """
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)
        insert into process_run_observation
          (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at)
        select printf('10000000-0000-0000-0000-%012d', i), 'P', 'c', 'completed', 'dot_runtime',
          '2026-03-01T00:00:00.000000Z' from n
        """;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(_file);
    }

    protected override void AddReading(IServiceCollection services) =>
        services.AddLedgerReading(new SqliteDialect(ConnectionString));
}
