using Npgsql;
using RunLedger.Cli;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>A ledger whose broker keeps a journal, and the tool's verbs about it, run in this process.</summary>
sealed class JournalSite : IAsyncDisposable
{
    readonly TestDatabase _database;
    readonly VirtualHost _host;

    JournalSite(TestDatabase database, VirtualHost host)
    {
        (_database, _host) = (database, host);
        Ledger = new LedgerSite(database.ConnectionString, host.Address, host, database);
    }

    public LedgerSite Ledger { get; }

    public VirtualHost Host => _host;

    public static async Task<JournalSite> Create() =>
        new(await TestDatabase.Create(applySchema: true), await VirtualHost.Create());

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
                "--rabbitmq", $"{Ledger.Broker}",
                "--connection", _database.ConnectionString,
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

    public Task Execute(string sql) => _database.Execute(sql);

    public Task<List<string>> List(string sql) => _database.List(sql);

    public ValueTask DisposeAsync() => Ledger.DisposeAsync();
}
