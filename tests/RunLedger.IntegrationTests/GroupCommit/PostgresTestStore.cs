using System.Security.Cryptography;
using Npgsql;
using RunLedger.Contracts;
using RunLedger.GroupCommit;
using RunLedger.Scheduling;
using RunLedger.Tests.GroupCommit;

namespace RunLedger.IntegrationTests.GroupCommit;

/// <summary>A PostgreSQL database with the schema.</summary>
sealed class PostgresTestStore : TestStore
{
    readonly TestDatabase _database;
    readonly List<NpgsqlDataSource> _connected = [];

    PostgresTestStore(TestDatabase database)
    {
        _database = database;
        Ledger = Replica();
        Schedule = new PostgresScheduleStore(Connect());
    }

    public override ILedgerStore Ledger { get; }
    public override IScheduleStore Schedule { get; }

    public TestDatabase Database => _database;

    public static async Task<PostgresTestStore> Open() => new(await TestDatabase.CreateAsync(applySchema: true));

    /// <summary>The same database as another process sees it.</summary>
    public PostgresStore Replica() => new(Connect());

    public override async Task<List<string>> Query(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        return await Read(command);
    }

    // Random, or it would be compressed until it fits its index.
    public override RunObservation Unstorable(RunObservation message) =>
        message with { ProcessCandidateCode = RandomNumberGenerator.GetHexString(100_000) };

    NpgsqlDataSource Connect()
    {
        var dataSource = PostgresStore.Connect(_database.ConnectionString);
        _connected.Add(dataSource);
        return dataSource;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var dataSource in _connected)
            await dataSource.DisposeAsync();
        await _database.DisposeAsync();
    }
}
