using System.Net.Sockets;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Outages;

/// <summary>What infra/kubernetes does to two replicas when their version changes, without Kubernetes.</summary>
public sealed class RollingRestartTests
{
    /// <summary>The host's own limit, below a pod's terminationGracePeriodSeconds.</summary>
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    /// <summary>A commit for each, so that a publisher is quicker.</summary>
    static readonly Dictionary<string, string> Slowest = new(LedgerSite.Slow) { ["RunLedger__MaxBatchSize"] = "1" };

    [Fact]
    public async Task Two_replicas_replaced_one_after_the_other_under_load_lose_nothing_and_cut_no_request()
    {
        await using var site = await LedgerSite.Create();
        var replicas = await Task.WhenAll(site.Start(Slowest), site.Start(Slowest));
        var service = new ReadyReplicas(replicas);
        var traffic = new Traffic(31);
        List<Sent> sent = [];
        using var done = new CancellationTokenSource();
        var load = Load(site, service, done.Token);

        foreach (var old in replicas)
        {
            // As maxSurge 1 and maxUnavailable 0 have it: first the new one is ready.
            service.Add(await site.Start(Slowest));
            await service.AllAnswer(load);
            var burst = traffic.Runs(200);
            sent.AddRange(burst);
            await using var request = await HeldPost.Begin(old, burst[0]);
            await site.Publisher.Send(traffic.Disturbed(burst[1..]));
            Assert.True(
                await site.Publisher.Waiting(LedgerSite.Queue) > 0, "Nothing waited when a replica was told to stop.");

            // Requests still come its way: that its address is no longer one is not known everywhere at once.
            var stop = old.Stop();

            await Eventually.Async(
                async () =>
                {
                    var some = traffic.Runs(1);
                    sent.AddRange(some);
                    await service.Post(traffic.Disturbed(some));
                    return await Refuses(old) ? null : "It listens.";
                },
                StopLimit, () => old.Output);
            Assert.False(stop.IsCompleted, $"It went, and a request was under way.\n{old.Output}");
            Assert.Equal("HTTP/1.1 202 Accepted", await request.End());
            var (exitCode, took) = await stop;
            Assert.True(exitCode == 0, $"Exit code {exitCode}.\n{old.Output}");
            Assert.True(took < StopLimit, $"It took {took}.\n{old.Output}");
            service.Remove(old);
        }

        await service.AllAnswer(load);
        await done.CancelAsync();
        await site.Settle(Oracle.Rows([.. sent, .. await load]));
    }

    /// <summary>Runs without end, over the broker and over HTTP, as fast as they are taken.</summary>
    /// <returns>All that was sent.</returns>
    static async Task<List<Sent>> Load(LedgerSite site, ReadyReplicas service, CancellationToken cancellationToken)
    {
        await using var publisher = new Publisher(site.Broker);
        var traffic = new Traffic(32);
        List<Sent> all = [];
        while (!cancellationToken.IsCancellationRequested)
        {
            var (published, posted) = (traffic.Runs(5), traffic.Runs(5));
            all.AddRange([.. published, .. posted]);
            await Task.WhenAll(publisher.Send(traffic.Disturbed(published)), service.Post(traffic.Disturbed(posted)));
            await Eventually.Async(
                async () => await publisher.Waiting(LedgerSite.Queue) is var waiting and > 0
                    ? $"{waiting} messages wait"
                    : null,
                TimeSpan.FromSeconds(60), () => site.Output);
        }

        return all;
    }

    static async Task<bool> Refuses(LedgerProcess ledger)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(ledger.Url.Host, ledger.Url.Port);
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It stopped listening at this very moment: the next one is refused.
            return false;
        }
    }
}
