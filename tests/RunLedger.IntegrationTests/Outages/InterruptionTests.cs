using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Outages;

public sealed class InterruptionTests
{
    [Fact]
    public async Task A_ledger_killed_ten_times_in_mid_load_loses_nothing()
    {
        var traffic = new Traffic(6);
        var sent = traffic.Runs(1_000);
        var expected = Oracle.Rows(sent);
        await using var site = await LedgerSite.Create();
        await site.Preload(traffic.Disturbed(sent));

        for (var time = 1; time <= 10; time++)
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
