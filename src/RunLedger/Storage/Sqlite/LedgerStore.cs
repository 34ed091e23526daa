using Microsoft.Data.Sqlite;
using RunLedger.Batching;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>
/// The embedded ledger: one SQLite file, one process, one writer at a time, so that nothing races. A commit is on disk
/// when it returns.
/// </summary>
sealed class LedgerStore : ILedgerStore, IDisposable
{
    readonly SqliteConnection _connection;
    readonly SemaphoreSlim _writer = new(1, 1);
    bool _ready;

    /// <param name="file">Made on first use.</param>
    /// <param name="seals">Seals what it commits; null where nothing is sealed.</param>
    public LedgerStore(string file, CommitSeals? seals = null)
    {
        _connection = new SqliteConnection(ConnectionString(file));
        Seals = seals;
    }

    public CommitSeals? Seals { get; }

    public static string ConnectionString(string file) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = file,
            ForeignKeys = true,
            DefaultTimeout = 10,
            Pooling = false,
        }.ConnectionString;

    public async Task<ILedgerBatch> Begin(BatchKeys keys, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        LedgerBatch? batch = null;
        try
        {
            Ready();
            batch = new LedgerBatch(_connection, _connection.BeginTransaction(deferred: false), _writer, Seals);
            batch.Load(keys);
            return batch;
        }
        catch (Exception e)
        {
            if (batch is null)
                _writer.Release();
            else
                await batch.DisposeAsync();
            throw LedgerBatch.Fault(e);
        }
    }

    public async Task<RunRow?> Find(Guid id, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            Ready();
            using var command = _connection.CreateCommand();
            command.CommandText =
                $"""
                 select {LedgerTable.Runs.Names} from process_run_observation
                 where process_run_id = $id
                    or process_run_id = (select process_run_id from process_run_alias where alias_id = $id)
                 """;
            command.Parameters.AddWithValue("$id", id.ToString());
            using var reader = command.ExecuteReader();
            return reader.Read() ? LedgerTable.Runs.Read(new SqliteRow(reader)) : null;
        }
        finally
        {
            _writer.Release();
        }
    }

    public Task Reopen(IReadOnlyCollection<Guid> runs, DateTime now, CancellationToken cancellationToken) =>
        new ArchiveStore(this).Return(runs, now, cancellationToken);

    /// <summary>Does other work of the ledger on its file, as one transaction.</summary>
    public Task<T> Use<T>(Func<SqliteCommands, T> work, CancellationToken cancellationToken) =>
        Use(commands => Task.FromResult(work(commands)), cancellationToken);

    /// <summary>The same for work whose leaves are sealed with it; they are null where nothing is sealed.</summary>
    public Task<T> Seal<T>(Func<SqliteCommands, LeafList?, T> work, CancellationToken cancellationToken) =>
        Seal((commands, leaves) => Task.FromResult(work(commands, leaves)), cancellationToken);

    /// <inheritdoc cref="Seal{T}(Func{SqliteCommands, LeafList?, T}, CancellationToken)"/>
    public async Task<T> Seal<T>(
        Func<SqliteCommands, LeafList?, Task<T>> work, CancellationToken cancellationToken)
    {
        SealedCommit? commit = null;
        var result = await Use(
            async commands =>
            {
                var leaves = Seals is null ? null : new LeafList();
                var done = await work(commands, leaves);
                commit = leaves is null ? null : commands.Seal(Seals!, leaves);
                return done;
            },
            cancellationToken);
        if (commit is not null)
            Seals!.Committed(commit);
        return result;
    }

    /// <summary>The same for work that waits for something else, such as files; others wait for it meanwhile.</summary>
    public async Task<T> Use<T>(Func<SqliteCommands, Task<T>> work, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            Ready();
            using var transaction = _connection.BeginTransaction(deferred: false);
            var result = await work(new SqliteCommands(_connection, transaction));
            transaction.Commit();
            return result;
        }
        catch (SqliteException e)
        {
            throw LedgerBatch.Fault(e);
        }
        finally
        {
            _writer.Release();
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _writer.Dispose();
    }

    /// <summary>
    /// Opens the file and makes it and its tables where they are missing; done on first use where nobody did before.
    /// </summary>
    /// <exception cref="SqliteException">The file cannot be opened or is no SQLite database.</exception>
    public void Open()
    {
        _writer.Wait();
        try
        {
            Ready();
        }
        finally
        {
            _writer.Release();
        }
    }

    // WAL: the API reads while the ledger writes; FULL: what was answered survives a power cut.
    void Ready()
    {
        var open = _connection.State == System.Data.ConnectionState.Open;
        if (_ready && open)
            return;
        if (!open)
        {
            CreateFile(_connection.DataSource);
            _connection.Open();
        }

        using var command = _connection.CreateCommand();
        command.CommandText = "pragma journal_mode = wal; pragma synchronous = full;" + Script("sqlite.sql");
        command.ExecuteNonQuery();
        Upgrade();
        _ready = true;
    }

    // Before SQLite would, with whom the umask decides who may read it. What it puts beside it (-wal, -shm) has its
    // mode.
    static void CreateFile(string file)
    {
        if (file == ":memory:" || file.StartsWith("file:", StringComparison.Ordinal) || File.Exists(file))
            return;
        try
        {
            PrivateFiles.Create(file).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process was quicker, or SQLite says what is wrong.
        }
    }

    // SQLite adds no column "if not exists": a file says how far it is, by its version or by the columns it has.
    void Upgrade()
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        var commands = new SqliteCommands(_connection, transaction);
        var version = 0;
        commands.Read("pragma user_version", reader => version = reader.GetInt32(0));
        if (version == 0)
            commands.Run(Script("sqlite-deadlines.sql"));
        var handled = false;
        commands.Read(
            "select 1 from pragma_table_info('rejected_observation') where name = 'state'", _ => handled = true);
        if (!handled)
            commands.Run(Script("sqlite-operations.sql"));
        var recurring = false;
        commands.Read(
            "select 1 from pragma_table_info('scheduled_message') where name = 'schedule'", _ => recurring = true);
        if (!recurring)
            commands.Run(Script("sqlite-recurring.sql"));
        var rechecked = false;
        commands.Read(
            "select 1 from pragma_table_info('expectation') where name = 'rechecked_at'", _ => rechecked = true);
        if (!rechecked)
            commands.Run(Script("sqlite-expected.sql"));
        var asked = false;
        commands.Read("select 1 from pragma_table_info('archive_unfiled')", _ => asked = true);
        if (!asked)
            commands.Run(Script("sqlite-query.sql"));
        var lagged = false;
        commands.Read(
            "select 1 from pragma_table_info('ledger_replica') where name = 'lag_p50_ms'", _ => lagged = true);
        if (!lagged)
            commands.Run(Script("sqlite-lag.sql"));
        transaction.Commit();
    }

    static string Script(string name)
    {
        using var script = new StreamReader(typeof(LedgerStore).Assembly.GetManifestResourceStream(name)!);
        return script.ReadToEnd();
    }
}
