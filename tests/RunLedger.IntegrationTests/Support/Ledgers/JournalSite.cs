using System.Globalization;
using Npgsql;
using RunLedger.Cli;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>A ledger whose broker keeps a journal, and the tool's verbs about it, run in this process.</summary>
sealed class JournalSite : IAsyncDisposable
{
    readonly TestDatabase _database;

    JournalSite(TestDatabase database, Uri broker, params IAsyncDisposable[] parts)
    {
        _database = database;
        Ledger = new LedgerSite(database.ConnectionString, broker, [.. parts, database]);
    }

    public LedgerSite Ledger { get; }

    /// <summary>The address that the tool is given; the ledger's without another.</summary>
    public string Broker { get; init; } = "";

    public string Postgres => _database.ConnectionString;

    public static async Task<JournalSite> Create()
    {
        var host = await VirtualHost.Create();
        return new(await TestDatabase.Create(applySchema: true), host.Address, host);
    }

    /// <summary>On a broker that the test has.</summary>
    /// <param name="ledger">Its address, for one of its nodes.</param>
    /// <param name="tool">Its address, with all of them.</param>
    public static async Task<JournalSite> On(Uri ledger, string tool = "") =>
        new(await TestDatabase.Create(applySchema: true), ledger) { Broker = tool };

    /// <summary>
    /// The same on a database that has what this one has now, and nothing later; no service may run.
    /// </summary>
    public async Task<JournalSite> Backup()
    {
        Ledger.Database.Clear();
        return new(await _database.Copy(), Ledger.Broker) { Broker = Broker };
    }

    /// <summary>A service with the journal on; ready only when the stream records.</summary>
    public async Task<LedgerProcess> Start(params (string Name, string Value)[] settings)
    {
        var ledger = await Ledger.Start(new(settings.Select(one => KeyValuePair.Create(one.Name, one.Value)))
        {
            ["Journal__Enabled"] = "true",
        });
        await Eventually.Async(
            async () => await ledger.Get("/health/ready") is (200, "Healthy") ? null : "not healthy",
            TimeSpan.FromSeconds(30),
            () => ledger.Output);
        return ledger;
    }

    /// <summary>A verb of <c>journal</c>.</summary>
    public async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.Run(
            [
                "journal", .. arguments,
                "--rabbitmq", Broker.Length > 0 ? Broker : $"{Ledger.Broker}",
                .. arguments[0] == "replay" ? [] : (string[])["--connection", Postgres],
                "--queue", LedgerSite.Queue,
            ],
            output,
            TextWriter.Synchronized(error),
            TimeProvider.System);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>The tables of a schema, as <see cref="Oracle"/> writes their rows.</summary>
    public async Task<List<string>> Rows(string schema)
    {
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(_database.ConnectionString) { SearchPath = schema }.ConnectionString);
        return await LedgerRows.Read(database);
    }

    /// <summary>A rebuild that is under way has made so many runs.</summary>
    public Task Rebuilding(string schema, int least) => Eventually.Async(
        async () =>
        {
            var rows = await List($"select to_regclass('{schema}.process_run_observation')::text") is [{ Length: > 0 }]
                ? (await List($"select count(*) from {schema}.process_run_observation"))[0]
                : "0";
            return int.Parse(rows, CultureInfo.InvariantCulture) < least ? $"{rows} runs" : null;
        },
        TimeSpan.FromMinutes(1));

    public Task Execute(string sql) => _database.Execute(sql);

    public Task<List<string>> List(string sql) => _database.List(sql);

    public ValueTask DisposeAsync() => Ledger.DisposeAsync();
}
