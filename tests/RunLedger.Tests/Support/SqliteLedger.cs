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

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(_file);
    }

    protected override void AddReading(IServiceCollection services) =>
        services.AddLedgerReading(new SqliteDialect(ConnectionString));
}
