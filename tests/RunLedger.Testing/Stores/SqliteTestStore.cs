using Microsoft.Data.Sqlite;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Definitions;
using RunLedger.Retention;
using RunLedger.Scheduling;
using RunLedger.Sealing;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Sqlite;
using RunLedger.Storage;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Testing.Stores;

/// <summary>A SQLite file.</summary>
sealed class SqliteTestStore : TestStore
{
    static readonly string Folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    readonly string _file = Path.Combine(Folder, $"run-ledger-{Guid.CreateVersion7()}.db");
    readonly LedgerStore _store;

    public SqliteTestStore(CommitSeals? seals = null)
    {
        _store = new LedgerStore(_file, seals);
        Schedule = new ScheduleStore(_store);
    }

    public string File => _file;

    public override ILedgerStore Ledger => _store;
    public override IScheduleStore Schedule { get; }
    public override ISweepStore Sweeps => new SweepStore(Opened());
    public override IDefinitionStore Definitions => new DefinitionStore(_store);
    public override IArchiveStore Archive => new ArchiveStore(Opened());
    public override ILedgerTransactions Transactions => new LedgerTransactions(Opened());

    public override ReadingDialect Reading => new SqliteDialect(LedgerStore.ConnectionString(_file));

    public override async Task<List<string>> Query(string sql)
    {
        await using var connection = new SqliteConnection(LedgerStore.ConnectionString(_file));
        await connection.OpenAsync();
        _store.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await Read(command);
    }

    // SQLite keeps text of any length and kind; what it refuses is a column that must not be null.
    public override RunObservation Unstorable(RunObservation message) => message with { CorrelationId = null! };

    public override ValueTask DisposeAsync()
    {
        _store.Dispose();
        foreach (var file in (string[])[_file, _file + "-wal", _file + "-shm"])
            System.IO.File.Delete(file);
        return ValueTask.CompletedTask;
    }

    // Sweeps and archives find the tables there, as the host opens the file first.
    LedgerStore Opened()
    {
        _store.Open();
        return _store;
    }
}
