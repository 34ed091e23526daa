using Npgsql;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>A database and a broker for one test, with the services that run on them.</summary>
sealed class LedgerSite : IAsyncDisposable
{
    public const string Queue = "run-ledger";
    public const string ErrorQueue = "run-ledger_error";

    public const int SlowBatch = 5;

    /// <summary>Small batches, so that a load lasts long enough to be interrupted.</summary>
    public static readonly Dictionary<string, string> Slow = new()
    {
        ["RunLedger__PrefetchCount"] = "60",
        ["RunLedger__SmallPrefetchCount"] = "60",
        ["RunLedger__MaxBatchSize"] = $"{SlowBatch}",
    };

    readonly List<IAsyncDisposable> _parts;
    readonly List<LedgerProcess> _ledgers = [];

    /// <param name="postgres">The connection string of the database's owner.</param>
    /// <param name="broker">The broker's address.</param>
    /// <param name="parts">What goes with the site.</param>
    public LedgerSite(string postgres, Uri broker, params IAsyncDisposable[] parts)
    {
        Postgres = ServiceLogin.Of(postgres);
        Broker = broker;
        Database = NpgsqlDataSource.Create(postgres);
        Publisher = new Publisher(broker);
        Host = parts.OfType<VirtualHost>().SingleOrDefault();
        _parts = [.. parts];
    }

    /// <summary>The database as services have it.</summary>
    public string Postgres { get; }
    public Uri Broker { get; }

    /// <summary>The database as its owner has it, to arrange and to look.</summary>
    public NpgsqlDataSource Database { get; }
    public Publisher Publisher { get; }
    public VirtualHost? Host { get; }

    /// <summary>On the shared servers.</summary>
    /// <param name="replicated">Queues that are declared without a type are quorum queues.</param>
    public static async Task<LedgerSite> Create(bool replicated = false)
    {
        var database = await TestDatabase.Create(applySchema: true);
        try
        {
            var host = await VirtualHost.Create(replicated);
            return new LedgerSite(database.ConnectionString, host.Address, host, database);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async Task<LedgerProcess> Start(Dictionary<string, string>? settings = null, bool ready = true)
    {
        var ledger = await LedgerProcess.Start(Postgres, Broker, settings, ready);
        _ledgers.Add(ledger);
        return ledger;
    }

    /// <summary>The queues exist, a stream waits in them, and nobody consumes it.</summary>
    public async Task Preload(IReadOnlyList<Sent> stream)
    {
        if (Host is null)
            await (await Start()).Stop();
        else
            await Declared.On(Host);
        await Publisher.Send(stream);
        Assert.Equal((uint)stream.Count, await Publisher.Waiting(Queue));
    }

    /// <summary>Some messages were taken and many still wait.</summary>
    public async Task MidLoad(int taken = 200)
    {
        var from = await Publisher.Waiting(Queue);
        await Eventually.Async(
            async () => await Publisher.Waiting(Queue) is var waiting && waiting + taken > from
                ? $"{waiting} of {from} messages wait"
                : null,
            TimeSpan.FromSeconds(60),
            () => Output);
    }

    /// <summary>
    /// The tables hold exactly these rows when the queue is empty and every ledger has stopped, so many messages were
    /// rejected, and nothing is in the error queue.
    /// </summary>
    public async Task Settle(List<string> expected, int rejected = 0)
    {
        await Eventually.Async(
            async () =>
            {
                try
                {
                    return await Difference(expected, rejected);
                }
                catch (NpgsqlException e) when (e.IsTransient || e is not PostgresException)
                {
                    // A connection, or a view of who is the primary, of before the server was restarted.
                    return e.Message;
                }
            },
            TimeSpan.FromSeconds(90),
            () => Output);
        await Stop();
        var after = await Difference(expected, rejected, stopped: true);
        Assert.True(
            after is null, $"{after}, after the ledgers stopped\n{await Publisher.First(Queue)}\n{Output}");
        Assert.Equal(0u, await Publisher.Waiting(ErrorQueue));
    }

    /// <summary>Every service that runs is told to stop, and has.</summary>
    public async Task Stop()
    {
        foreach (var ledger in _ledgers)
            await ledger.StopIfRunning();
    }

    /// <summary>The first column of every row, which must be text.</summary>
    public Task<List<string>> List(string sql) => LedgerRows.List(Database, sql);

    public async ValueTask DisposeAsync()
    {
        foreach (var ledger in _ledgers)
            await ledger.DisposeAsync();
        await Publisher.DisposeAsync();
        await Database.DisposeAsync();
        foreach (var part in _parts)
            await part.DisposeAsync();
    }

    /// <summary>What the newest services printed.</summary>
    public string Output => string.Join("\n---\n", _ledgers.TakeLast(2).Select(ledger => ledger.Output));

    // A ledger that stops may leave its own question behind, how far the queue is.
    async Task<string?> Difference(List<string> expected, int rejected, bool stopped = false)
    {
        if (await Publisher.Waiting(Queue) is > 0 and var waiting && !(stopped && waiting == 1
            && (await Publisher.First(Queue)).Contains("QueueReached", StringComparison.Ordinal)))
            return $"{waiting} messages wait";
        var actual = await LedgerRows.Read(Database);
        var found = await LedgerRows.Rejected(Database);
        if (actual.SequenceEqual(expected) && found.Count == rejected)
            return null;
        return $"""
            {actual.Count} rows, {expected.Count} expected
            missing: {string.Join("\n         ", expected.Except(actual).Take(3))}
            wrong:   {string.Join("\n         ", actual.Except(expected).Take(3))}
            {found.Count} rejected, {rejected} expected: {string.Join('\n', found.Take(5))}
            """;
    }
}
