using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Outages;

/// <summary>What an outage with messages in flight leaves in a replica's log.</summary>
public sealed class QuietLogTests
{
    const int Most = 2 * 20;

    [Fact]
    public async Task A_broker_that_is_killed_in_mid_load_leaves_a_few_lines_without_a_stack_trace()
    {
        var traffic = new Traffic(21);
        var sent = traffic.Runs(400);
        await using var database = await TestDatabase.Create(applySchema: true);
        await using var broker = await OwnBroker.Create();
        await using var site = new LedgerSite(database.ConnectionString, broker.Address);
        await site.Preload(sent);
        var ledger = await site.Start(LedgerSite.Slow, ready: false);
        await site.MidLoad();
        var before = Lines(ledger).Length;

        await broker.Kill();
        await Says(ledger, "The broker cannot be used: ");
        await Says(ledger, "The service is ");
        await broker.Start();
        await Says(ledger, "The service is ready again, after ");
        await site.Settle(Oracle.Rows(sent));

        var said = Lines(ledger)[before..];
        Assert.True(said.Length <= Most, string.Join('\n', said));
        Assert.DoesNotContain(said, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_is_stopped_in_mid_load_leaves_a_few_lines_without_a_stack_trace()
    {
        var traffic = new Traffic(22);
        var sent = traffic.Runs(400);
        await using var postgres = await OwnPostgres.Create();
        await using var host = await VirtualHost.Create();
        await using var site = new LedgerSite(postgres.ConnectionString, host.Address);
        await site.Preload(sent);
        var ledger = await site.Start(LedgerSite.Slow, ready: false);
        await site.MidLoad();
        var before = Lines(ledger).Length;

        await postgres.Stop();
        await Says(ledger, "The database cannot be used: ");
        await Says(ledger, "The service is Unhealthy: ledger-store: ");
        await postgres.Start();
        await Says(ledger, "The database can be used again, after ");
        await Says(ledger, "The service is ready again, after ");
        await site.Settle(Oracle.Rows(sent));

        var said = Lines(ledger)[before..];
        Assert.True(said.Length <= Most, string.Join('\n', said));
        Assert.DoesNotContain(said, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    // A message of the console logger has two lines, a stack trace many more.
    static string[] Lines(LedgerProcess ledger) => ledger.Everything.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static Task Says(LedgerProcess ledger, string text) => Eventually.Async(
        () => Task.FromResult(
            ledger.Everything.Contains(text, StringComparison.Ordinal) ? null : $"it does not say: {text}"),
        TimeSpan.FromSeconds(60),
        () => ledger.Output);
}
