using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>The tool beside a ledger on RabbitMQ and PostgreSQL.</summary>
public sealed class ServerSite : IAsyncLifetime
{
    readonly ToolSite _tool = new();
    TestDatabase _database = null!;
    LedgerSite _ledger = null!;
    LedgerProcess _process = null!;

    /// <summary>The database as its owner has it.</summary>
    public string Owner => _database.ConnectionString;

    public Uri Broker => _ledger.Broker;

    /// <summary>Where it answers HTTP.</summary>
    public Uri Url => _process.Url;

    public string Output => _process.Output;

    public DirectoryInfo Folder => _tool.Folder;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.Create(applySchema: true);
        var host = await VirtualHost.Create();
        _ledger = new LedgerSite(Owner, host.Address, host, _database);
        _process = await _ledger.Start();
        await _tool.Install();
    }

    /// <summary>Runs a script whose tool knows the ledger by its address alone.</summary>
    public Task<(int Code, string Output, string Error)> Run(
        string script, params (string Name, string Value)[] environment) =>
        _tool.Run(script, [("RUNLEDGER_URL", $"{Url}"), .. environment]);

    public Task<List<string>> List(string sql) => _ledger.List(sql);

    public Task Execute(string sql) => _database.Execute(sql);

    public async ValueTask DisposeAsync()
    {
        if (_ledger is not null)
            await _ledger.DisposeAsync();
        await _tool.DisposeAsync();
    }
}
