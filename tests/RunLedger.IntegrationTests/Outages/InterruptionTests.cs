using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Outages;

public sealed class InterruptionTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(10, Explicit = true)]
    public async Task A_ledger_killed_again_and_again_in_mid_load_loses_nothing(int times)
    {
        var traffic = new Traffic(6);
        var sent = traffic.Runs(1_000);
        var expected = Oracle.Rows(sent);
        await using var site = await LedgerSite.Create();
        await site.Preload(traffic.Disturbed(sent));

        for (var time = 1; time <= times; time++)
        {
            var ledger = await site.Start(LedgerSite.Slow, ready: false);
            await site.MidLoad();
            await ledger.Kill();
            Assert.True(
                await site.Publisher.Waiting(LedgerSite.Queue) > 0, $"Killed for the {time}. time when all was done.");
        }

        await site.Start();
        await site.Settle(expected);
    }

    [Fact]
    public async Task A_ledger_told_to_stop_in_mid_load_finishes_its_batch_and_leaves_the_rest_to_the_next()
    {
        var traffic = new Traffic(7);
        var sent = traffic.Runs(1_000);
        var expected = Oracle.Rows(sent);
        await using var site = await LedgerSite.Create();
        await site.Preload(traffic.Disturbed(sent));
        var ledger = await site.Start(LedgerSite.Slow, ready: false);
        await site.MidLoad();

        var (exitCode, took) = await ledger.Stop();

        Assert.Equal(0, exitCode);
        Assert.True(took < TimeSpan.FromSeconds(30), $"It took {took}.\n{ledger.Output}");
        Assert.True(await site.Publisher.Waiting(LedgerSite.Queue) > 0, "All was done when it stopped.");
        await site.Start();
        await site.Settle(expected);
    }
}
