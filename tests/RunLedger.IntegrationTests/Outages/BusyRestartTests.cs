using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Outages;

/// <summary>A broker that goes away while acknowledgements of full batches are under way.</summary>
public sealed class BusyRestartTests
{
    // RabbitMQ.Client 7.2 queues 128 frames; its writer, once its socket has failed, empties that queue no more.
    [Fact(Explicit = true)]
    public async Task A_broker_restarted_under_full_batches_is_consumed_again_at_once()
    {
        var traffic = new Traffic(21);
        var sent = traffic.Runs(6_000);
        var expected = Oracle.Rows(sent);
        var database = await TestDatabase.Create(applySchema: true);
        var broker = await OwnBroker.Create();
        await using var site = new LedgerSite(database.ConnectionString, broker.Address, broker, database);
        await site.Preload(traffic.Disturbed(sent));
        await site.Start(ready: false);
        await site.MidLoad(taken: 2_000);

        Assert.True(await site.Publisher.Waiting(LedgerSite.Queue) > 5_000, "Nearly all was done before the restart.");
        await broker.Kill();
        await broker.Start();

        await site.Settle(expected);
    }
}
