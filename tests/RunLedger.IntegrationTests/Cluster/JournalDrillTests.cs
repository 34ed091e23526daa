using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Cluster;

[Collection(RunningCluster.Collection)]
public sealed class JournalDrillTests(ITestOutputHelper output)
{
    const string Stream = "run-ledger-journal";

    [Fact(Explicit = true)]
    public async Task A_rebuild_goes_on_when_the_node_that_leads_the_stream_or_the_one_it_reads_from_is_killed()
    {
        var traffic = new Traffic(63);
        List<Sent> sent = [.. traffic.SharedRuns(200), .. traffic.Runs(6_000)];
        var expected = Oracle.Rows(sent);
        await using var host = await VirtualHost.Create(replicated: true);
        await using var cluster = await RunningCluster.Whole();
        var hosts = string.Join(',', BrokerServer.Nodes().Select(node => $"{node.Host}:{node.Port}"));
        await using var site = await JournalSite.On(
            host.Address, $"amqp://{host.Address.UserInfo}@{hosts}{host.Address.AbsolutePath}");
        await site.Start();
        await site.Ledger.Publisher.Send(sent);
        await site.Ledger.Settle(expected);
        Assert.Equal(3, (await host.Members(Stream)).Distinct().Count());

        foreach (var killed in (string[])["leader", "reader"])
        {
            var rebuild = site.Run("rebuild", "--into", killed);
            await site.Rebuilding(killed, 500);
            var node = killed == "leader" ? await host.Leader(Stream) : await NodeOf(host);
            await cluster.Kill($"broker {node}");
            Assert.False(rebuild.IsCompleted, "All was read before the node was killed.");
            var rebuilt = await rebuild;
            // With the node still dead.
            var compared = await site.Run("compare", "--schema", killed);
            await cluster.Start($"broker {node}");

            output.WriteLine($"{killed}: {rebuilt.Error}{rebuilt.Output}{compared.Error}{compared.Output}");
            Assert.True(rebuilt.Code == 0, rebuilt.Error);
            Assert.Equal(expected, await site.Rows(killed));
            Assert.True(compared.Code == 0, compared.Output + compared.Error);
        }
    }

    static async Task<int> NodeOf(VirtualHost host)
    {
        var node = 0;
        await Eventually.Async(
            async () =>
            {
                try
                {
                    node = await host.NodeOf("run-ledger journal");
                    return null;
                }
                catch (InvalidOperationException)
                {
                    return "the management knows of no such connection";
                }
            },
            TimeSpan.FromSeconds(20));
        return node;
    }
}
