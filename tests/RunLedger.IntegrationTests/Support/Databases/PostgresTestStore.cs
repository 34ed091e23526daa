using System.Security.Cryptography;
using Npgsql;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Definitions;
using RunLedger.Retention;
using RunLedger.Scheduling;
using RunLedger.Sealing;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Postgres;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>A PostgreSQL database with the schema.</summary>
sealed class PostgresTestStore : TestStore
{
    static readonly string[] Questions =
    [
        "select process_run_id, process_candidate_code, correlation_id, parent_run_id, status, source_system, "
            + "idempotency_key, input_ref, output_ref, error_ref, started_at, ended_at, fold "
            + "from process_run_observation order by 1",
        "select component_run_id, process_run_id, status, dot_code, idempotency_key, started_at, ended_at, fold "
            + "from process_component_observation order by 1",
        "select * from process_run_key order by 1",
        "select * from process_run_alias order by 1",
        "select * from process_component_key order by 1",
        "select * from process_component_alias order by 1",
        "select status, sum(runs) from run_status_count group by status having sum(runs) <> 0 order by 1",
    ];

    readonly TestDatabase _database;
    readonly List<NpgsqlDataSource> _connected = [];

    // What is of one service shares its connections.
    readonly NpgsqlDataSource _service;
    readonly CommitSeals? _seals;

    PostgresTestStore(TestDatabase database, CommitSeals? seals)
    {
        (_database, _seals) = (database, seals);
        _service = Connect();
        Ledger = Replica();
        Schedule = new ScheduleStore(_service, seals);
    }

    public override ILedgerStore Ledger { get; }
    public override IScheduleStore Schedule { get; }
    public override ISweepStore Sweeps => field ??= new SweepStore(_service, _seals);
    public override IDefinitionStore Definitions => field ??= new DefinitionStore(_service, _seals);
    public override IArchiveStore Archive => field ??= new ArchiveStore(_database.DataSource, _seals);
    public override ILedgerTransactions Transactions => field ??= new LedgerTransactions(_service);

    public override ReadingDialect Reading => field ??= new PostgresDialect(_service);

    public TestDatabase Database => _database;

    public static async Task<PostgresTestStore> Open(CommitSeals? seals = null) =>
        new(await TestDatabase.Create(applySchema: true), seals);

    /// <summary>The same database as another process sees it.</summary>
    public LedgerStore Replica() => new(Connect(), _seals);

    public override async Task<List<string>> Query(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        return await Read(command);
    }

    /// <summary>The rows are those of one replica of the embedded ledger that took one message at a time.</summary>
    public async Task SameAsOneAfterTheOther(IEnumerable<RunObservation> messages)
    {
        await using var embedded = new SqliteTestStore();
        await using var alone = new FoldingLedger(embedded.Ledger);
        foreach (var message in messages)
            await alone.Commit(message);
        foreach (var question in Questions)
            Assert.Equal(await embedded.Query(question), await Query(question));
    }

    // Random, or it would be compressed until it fits its index.
    public override RunObservation Unstorable(RunObservation message) =>
        message with { ProcessCandidateCode = RandomNumberGenerator.GetHexString(100_000) };

    /// <summary>As another service has it.</summary>
    public NpgsqlDataSource Connect()
    {
        var dataSource = LedgerStore.Connect(_database.ServiceConnectionString);
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
