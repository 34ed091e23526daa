using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Scheduling;

/// <summary>The dispatcher of the deployed service, on PostgreSQL and RabbitMQ.</summary>
public sealed class DispatchTests
{
    static readonly Dictionary<string, string> SmallSlices = new() { ["RunLedger__ScheduleSlice"] = "20" };

    [Fact]
    public async Task Two_dispatchers_send_every_message_once_and_those_of_a_run_in_order()
    {
        await using var site = await LedgerSite.Create();
        await using var ordered = await Inbox.Open(site.Broker, "ordered");
        await using var any = await Inbox.Open(site.Broker, "any", quorum: true);
        await Numbered.Store(
            site.Database,
            [.. Numbered.Rows(500, "queue:ordered", Guid.CreateVersion7()), .. Numbered.Rows(3_000, "queue:any")]);

        await Task.WhenAll(site.Start(SmallSlices), site.Start(SmallSlices));
        await ordered.Has(500);
        await any.Has(3_000);
        await Sent(site);

        Assert.Equal(Enumerable.Range(0, 500), ordered.Numbers);
        Assert.Equal(3_000, any.Ids.Count);
        Assert.Empty(await LedgerRows.Rejected(site.Database));
    }

    [Fact]
    public async Task A_process_killed_five_times_while_it_sends_loses_nothing()
    {
        await using var site = await LedgerSite.Create();
        await using var inbox = await Inbox.Open(site.Broker, "inbox");
        var rows = Numbered.Rows(5_000, "queue:inbox");
        await Numbered.Store(site.Database, rows);
        var waiting = (long)rows.Count;

        for (var time = 1; time <= 5; time++)
        {
            var ledger = await site.Start(SmallSlices, ready: false);
            await Eventually.Async(
                async () => await Numbered.Waiting(site.Database) is var left && left < waiting ? null : $"{left} wait",
                TimeSpan.FromSeconds(60), () => ledger.Output);
            await ledger.Kill();
            waiting = await Numbered.Waiting(site.Database);
            Assert.True(waiting > 0, $"Killed for the {time}. time when all was sent.");
        }

        await site.Start();
        await inbox.Has(rows.Count);
        await Sent(site);
        // Sent again, they are the same messages.
        Assert.Equal(rows.Count, inbox.Ids.Distinct().Count());
    }

    [Fact]
    public async Task What_the_broker_refuses_is_rejected_and_its_neighbours_go_out()
    {
        await using var site = await LedgerSite.Create();
        await using var inbox = await Inbox.Open(site.Broker, "inbox");
        // An exchange of that name is there, of another type: declaring it closes the channel that all share.
        var refused = Numbered.Rows(3, "exchange:inbox?type=topic");
        var unknown = Numbered.Rows(1, "carrier-pigeon:inbox");
        // A type of exchange that no broker has: declaring it closes the connection.
        var closing = Numbered.Rows(1, "exchange:nowhere?type=banana");
        await Numbered.Store(
            site.Database, [.. Numbered.Rows(200, "queue:inbox"), .. refused, .. unknown, .. closing]);

        var ledger = await site.Start();
        await inbox.Has(200, () => ledger.Output);
        await Sent(site, ledger);

        var rejected = await LedgerRows.Rejected(site.Database);
        Assert.Equal(5, rejected.Count);
        Assert.Contains(rejected, row => row.Contains("banana", StringComparison.Ordinal));
        Assert.All(
            rejected, row => Assert.StartsWith("run-ledger-scheduler: It was due ", row, StringComparison.Ordinal));
        Assert.Equal(3, rejected.Count(row => row.Contains("inequivalent arg 'type'", StringComparison.Ordinal)));
        Assert.Contains(
            rejected,
            row => row.Contains("The address scheme is not supported: carrier-pigeon", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broker_that_is_away_only_delays()
    {
        var database = await TestDatabase.Create(applySchema: true);
        var broker = await OwnBroker.Create();
        await using var site = new LedgerSite(database.ConnectionString, broker.Address, broker, database);
        var ledger = await site.Start();
        await broker.Stop();
        var rows = Numbered.Rows(300, "queue:inbox");
        await Numbered.Store(site.Database, rows);
        await Eventually.Async(
            () => Task.FromResult(ledger.Output.Contains("The broker takes no messages", StringComparison.Ordinal)
                ? null
                : "it has not noticed"),
            TimeSpan.FromSeconds(60), () => ledger.Output);

        await broker.Start();
        await using var inbox = await Inbox.Open(site.Broker, "inbox");
        await inbox.Has(rows.Count, () => ledger.Output);
        await Sent(site, ledger);

        Assert.Empty(await LedgerRows.Rejected(site.Database));
    }

    static Task Sent(LedgerSite site, LedgerProcess? ledger = null) => Eventually.Async(
        async () => await Numbered.Waiting(site.Database) is > 0 and var left ? $"{left} messages wait" : null,
        TimeSpan.FromSeconds(60), () => ledger?.Output ?? "");
}
