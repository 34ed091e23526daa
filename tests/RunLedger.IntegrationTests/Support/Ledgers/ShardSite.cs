using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>
/// Two ledgers behind a consistent-hash exchange, as <c>samples/shards</c> has them, on a broker of their own.
/// </summary>
public sealed class ShardSite : IAsyncLifetime
{
    OwnBroker _broker = null!;

    internal TestDatabase[] Databases { get; } = new TestDatabase[2];

    internal LedgerProcess[] Ledgers { get; } = new LedgerProcess[2];

    internal Publisher Publisher { get; private set; } = null!;

    /// <summary>The virtual host that the sample makes.</summary>
    internal Uri Address { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await OwnBroker.Create(plugins: "rabbitmq_consistent_hash_exchange");
        await _broker.Import(Path.Combine(Checkout.Root, "samples", "shards", "definitions.json"));
        Address = new UriBuilder(_broker.Address) { Path = "shards" }.Uri;
        Publisher = new Publisher(Address);
        for (var shard = 0; shard < 2; shard++)
        {
            Databases[shard] = await TestDatabase.Create(applySchema: true);
            Ledgers[shard] = await LedgerProcess.Start(Databases[shard].ServiceConnectionString, Address, new()
            {
                ["RunLedger__QueueName"] = $"run-ledger-{shard + 1}",
                ["RunLedger__BindContracts"] = "false",
                ["Journal__Enabled"] = "true",
            });
        }
    }

    public string Output => string.Join("\n---\n", Ledgers.Select(ledger => ledger.Output));

    public async ValueTask DisposeAsync()
    {
        foreach (var ledger in Ledgers.Where(ledger => ledger is not null))
            await ledger.DisposeAsync();
        if (Publisher is not null)
            await Publisher.DisposeAsync();
        foreach (var database in Databases.Where(database => database is not null))
            await database.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }
}
