using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Cluster;

/// <summary>The least that a cluster is for: a node is lost, and nothing else.</summary>
[Collection(RunningCluster.Collection)]
public sealed class ClusterSmokeTests
{
    [Fact(Explicit = true)]
    public async Task A_ledger_goes_on_taking_messages_when_the_node_of_their_publisher_is_killed()
    {
        await using var cluster = await RunningCluster.Whole();
        await using var site = await LedgerSite.Create();
        await using var other = new Publisher(site.Host!.At(RunningCluster.Broker(3)));
        var traffic = new Traffic(41);
        var (before, after) = (traffic.Runs(100), traffic.Runs(100));
        // On the first node.
        await site.Start();
        await using (var lost = new Publisher(site.Host.At(RunningCluster.Broker(2))))
            await lost.Send(before);

        await cluster.Kill("broker 2");

        await other.Send(after);
        await site.Settle(Oracle.Rows([.. before, .. after]));
    }
}
