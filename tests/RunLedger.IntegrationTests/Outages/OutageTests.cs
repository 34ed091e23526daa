using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Outages;

/// <summary>
/// Servers that go away: a test's own, so that nobody else's do. What that leaves in a replica's log is a few lines.
/// </summary>
public sealed class OutageTests
{
    const int MostLines = 2 * 20;

    [Fact]
    public async Task A_database_restarted_and_then_killed_in_mid_load_loses_nothing_that_was_acknowledged()
    {
        var (traffic, sent, expected) = Load(8);
        await using var postgres = await OwnPostgres.Create();
        var host = await VirtualHost.Create();
        await using var site = new LedgerSite(postgres.ConnectionString, host.Address, host);
        await site.Preload(traffic.Disturbed(sent));
        var ledger = await site.Start(LedgerSite.Slow, ready: false);
        await site.MidLoad();

        var before = Lines(ledger).Length;
        await postgres.Stop();
        await Says(ledger, "The database cannot be used: ");
        await Says(ledger, "The service is Unhealthy: ledger-store: ");
        await postgres.Start();
        await Says(ledger, "The database can be used again, after ");
        await Says(ledger, "The service is ready again, after ");
        await site.MidLoad();
        SaidLittle(ledger, before);
        await postgres.Kill();
        await postgres.Start();

        Assert.True(await site.Publisher.Waiting(LedgerSite.Queue) > 0, "All was done before it was killed.");
        await site.Settle(expected);
    }

    [Fact]
    public async Task Sessions_of_the_ledger_cut_in_mid_load_lose_nothing()
    {
        var (traffic, sent, expected) = Load(16);
        await using var site = await LedgerSite.Create();
        await site.Preload(traffic.Disturbed(sent));
        await site.Start(LedgerSite.Slow, ready: false);

        for (var time = 1; time <= 5; time++)
        {
            await site.MidLoad();
            await using var cut = site.Database.CreateCommand(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                + "where datname = current_database() and application_name = 'run-ledger'");
            Assert.NotEqual(0L, await cut.ExecuteScalarAsync());
        }

        Assert.True(await site.Publisher.Waiting(LedgerSite.Queue) > 0, "All was done before the last cut.");
        await site.Settle(expected);
    }

    [Fact]
    public async Task A_broker_killed_and_then_restarted_in_mid_load_loses_nothing_it_confirmed()
    {
        var (traffic, sent, expected) = Load(9);
        await using var database = await TestDatabase.Create(applySchema: true);
        await using var broker = await OwnBroker.Create();
        await using var site = new LedgerSite(database.ConnectionString, broker.Address);
        await site.Preload(traffic.Disturbed(sent));
        var ledger = await site.Start(LedgerSite.Slow, ready: false);
        await site.MidLoad();

        var before = Lines(ledger).Length;
        await broker.Kill();
        await Says(ledger, "The broker cannot be used: ");
        await Says(ledger, "The service is ");
        await broker.Start();
        await Says(ledger, "The service is ready again, after ");
        await site.MidLoad();
        SaidLittle(ledger, before);
        await broker.Restart();

        Assert.True(await site.Publisher.Waiting(LedgerSite.Queue) > 0, "All was done before it was restarted.");
        await site.Settle(expected);
    }

    [Fact]
    public async Task A_ledger_told_to_stop_while_the_database_is_away_goes_and_gives_every_message_back()
    {
        var (_, sent, expected) = Load(10);
        await using var postgres = await OwnPostgres.Create();
        var host = await VirtualHost.Create();
        await using var site = new LedgerSite(postgres.ConnectionString, host.Address, host);
        await site.Preload([]);
        await postgres.Stop();
        await site.Publisher.Send(sent);
        var ledger = await site.Start(ready: false);
        // All the broker gives it is in hand.
        await site.MidLoad(taken: new RunLedgerOptions().PrefetchCount);
        await Eventually.Async(
            () => Task.FromResult(ledger.Output.Contains("The database cannot be used", StringComparison.Ordinal)
                ? null
                : "it has not noticed"),
            TimeSpan.FromSeconds(30), () => ledger.Output);

        var (exitCode, took) = await ledger.Stop();

        Assert.True(exitCode == 0, $"Exit code {exitCode}.\n{ledger.Output}");
        Assert.True(took < TimeSpan.FromSeconds(30), $"It took {took}.\n{ledger.Output}");
        Assert.Equal(0u, await site.Publisher.Waiting(LedgerSite.ErrorQueue));
        // Nor did it try to move one there, which the stop of its bus may have cut short. The health of the bus names
        // the queue, a move the address.
        Assert.DoesNotContain($"/{LedgerSite.ErrorQueue}", ledger.Everything, StringComparison.Ordinal);
        await Eventually.Async(
            async () => await site.Publisher.Waiting(LedgerSite.Queue) is var waiting && waiting == sent.Count
                ? null
                : $"{waiting} of {sent.Count} messages wait",
            TimeSpan.FromSeconds(10), () => ledger.Output);
        await postgres.Start();
        await site.Start();
        await site.Settle(expected);
    }

    // A message of the console logger has two lines, a stack trace many more.
    static string[] Lines(LedgerProcess ledger) => ledger.Everything.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static Task Says(LedgerProcess ledger, string text) => Eventually.Async(
        () => Task.FromResult(
            ledger.Everything.Contains(text, StringComparison.Ordinal) ? null : $"it does not say: {text}"),
        TimeSpan.FromSeconds(60),
        () => ledger.Output);

    static void SaidLittle(LedgerProcess ledger, int after)
    {
        var said = Lines(ledger)[after..];
        Assert.True(said.Length <= MostLines, string.Join('\n', said));
        Assert.DoesNotContain(said, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    static (Traffic Traffic, List<Sent> Sent, List<string> Expected) Load(int seed)
    {
        var traffic = new Traffic(seed);
        var sent = traffic.Runs(1_000);
        return (traffic, sent, Oracle.Rows(sent));
    }
}
