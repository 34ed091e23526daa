using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Cluster;

[Collection(RunningCluster.Collection)]
public sealed class JournalDrillTests(ITestOutputHelper output)
{
    const string Stream = "run-ledger-journal";

    [Fact(Explicit = true)]
    public async Task A_rebuild_goes_on_when_the_node_that_leads_the_stream_or_is_read_from_or_most_nodes_are_killed()
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

        foreach (var killed in (string[])["leader", "reader", "majority"])
        {
            var rebuild = site.Run("rebuild", "--into", killed);
            await site.Rebuilding(killed, 500);
            var node = killed switch
            {
                "leader" => $"broker {await host.Leader(Stream)}",
                "reader" => $"broker {await NodeOf(host)}",
                _ => "broker 2 3",
            };
            await cluster.Kill(node);
            Assert.False(rebuild.IsCompleted, "All was read before the node was killed.");
            if (killed == "majority")
            {
                // How long the fault lasts: what a node of a minority is asked it does not answer.
                await Task.Delay(TimeSpan.FromSeconds(30));
                await cluster.Start(node);
            }

            var rebuilt = await rebuild;
            // With the node still dead.
            var compared = await site.Run("compare", "--schema", killed);
            if (killed != "majority")
                await cluster.Start(node);

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
