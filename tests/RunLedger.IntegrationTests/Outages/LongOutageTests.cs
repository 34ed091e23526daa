using System.Diagnostics;
using System.Globalization;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Outages;

public sealed class LongOutageTests
{
    static readonly TimeSpan Away = TimeSpan.FromMinutes(2);

    [Fact(Explicit = true)]
    public async Task A_database_away_for_two_minutes_pauses_consumption_and_nothing_is_in_the_error_queue()
    {
        var traffic = new Traffic(11);
        var sent = traffic.Runs(1_000);
        var expected = Oracle.Rows(sent);
        await using var postgres = await OwnPostgres.Create();
        var host = await VirtualHost.Create();
        await using var site = new LedgerSite(postgres.ConnectionString, host.Address, host);
        await site.Preload(traffic.Disturbed(sent));
        await site.Start(LedgerSite.Slow, ready: false);
        await site.MidLoad();

        await postgres.Stop();
        var clock = Stopwatch.StartNew();
        var paused = await site.Publisher.Waiting(LedgerSite.Queue);
        // What was acknowledged at the last moment is made up for once; no more than the broker may hand out.
        var prefetch = uint.Parse(LedgerSite.Slow["RunLedger__PrefetchCount"], CultureInfo.InvariantCulture);
        await Eventually.Async(
            async () =>
            {
                Assert.Equal(0u, await site.Publisher.Waiting(LedgerSite.ErrorQueue));
                Assert.True(
                    await site.Publisher.Waiting(LedgerSite.Queue) is var waiting && waiting + prefetch >= paused,
                    $"{paused} messages waited when the database went, {waiting} now.");
                return clock.Elapsed < Away ? "the database is still to be away" : null;
            },
            Away * 2);
        await postgres.Start();

        Assert.True(paused > prefetch, "All was done before the database went.");
        await site.Settle(expected);
    }
}
