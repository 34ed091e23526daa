using Npgsql;

namespace RunLedger.IntegrationTests.Broker;

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
        _parts = [.. parts];
    }

    /// <summary>The database as services have it.</summary>
    public string Postgres { get; }
    public Uri Broker { get; }

    /// <summary>The database as its owner has it, to arrange and to look.</summary>
    public NpgsqlDataSource Database { get; }
    public Publisher Publisher { get; }
    public VirtualHost? Host { get; private init; }

    /// <summary>On the shared servers.</summary>
    public static async Task<LedgerSite> CreateAsync()
    {
        var database = await TestDatabase.CreateAsync(applySchema: true);
        try
        {
            var host = await VirtualHost.CreateAsync();
            return new LedgerSite(database.ConnectionString, host.Address, host, database) { Host = host };
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async Task<LedgerProcess> StartAsync(Dictionary<string, string>? settings = null, bool ready = true)
    {
        var ledger = await LedgerProcess.StartAsync(Postgres, Broker, settings, ready);
        _ledgers.Add(ledger);
        return ledger;
    }

    /// <summary>The queues exist, a stream waits in them, and nobody consumes it.</summary>
    public async Task PreloadAsync(IReadOnlyList<Sent> stream)
    {
        await (await StartAsync()).StopAsync();
        await Publisher.SendAsync(stream);
        Assert.Equal((uint)stream.Count, await Publisher.WaitingAsync(Queue));
    }

    /// <summary>Some messages were taken and many still wait.</summary>
    public async Task MidLoadAsync(int taken = 200)
    {
        var from = await Publisher.WaitingAsync(Queue);
        await Eventually.Async(
            async () => await Publisher.WaitingAsync(Queue) is var waiting && waiting + taken > from
                ? $"{waiting} of {from} messages wait"
                : null,
            TimeSpan.FromSeconds(60),
            () => Output);
    }

    /// <summary>
    /// The tables hold exactly these rows when the queue is empty and every ledger has stopped, so many messages were
    /// set aside, and nothing is in the error queue.
    /// </summary>
    public async Task SettleAsync(List<string> expected, int rejected = 0)
    {
        await Eventually.Async(() => DifferenceAsync(expected, rejected), TimeSpan.FromSeconds(90), () => Output);
        await StopAsync();
        Assert.Null(await DifferenceAsync(expected, rejected));
        Assert.Equal(0u, await Publisher.WaitingAsync(ErrorQueue));
    }

    /// <summary>Every service that runs is told to stop, and has.</summary>
    public async Task StopAsync()
    {
        foreach (var ledger in _ledgers)
            await ledger.StopIfRunningAsync();
    }

    /// <summary>The first column of every row, which must be text.</summary>
    public Task<List<string>> ListAsync(string sql) => LedgerRows.ListAsync(Database, sql);

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

    async Task<string?> DifferenceAsync(List<string> expected, int rejected)
    {
        if (await Publisher.WaitingAsync(Queue) is > 0 and var waiting)
            return $"{waiting} messages wait";
        var actual = await LedgerRows.ReadAsync(Database);
        var aside = await LedgerRows.RejectedAsync(Database);
        if (actual.SequenceEqual(expected) && aside.Count == rejected)
            return null;
        return $"""
            {actual.Count} rows, {expected.Count} expected
            missing: {string.Join("\n         ", expected.Except(actual).Take(3))}
            wrong:   {string.Join("\n         ", actual.Except(expected).Take(3))}
            {aside.Count} set aside, {rejected} expected: {string.Join('\n', aside.Take(5))}
            """;
    }
}
