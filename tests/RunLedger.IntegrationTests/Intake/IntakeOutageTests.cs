using System.Diagnostics;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake;

/// <summary>What the intake answers while the broker cannot keep what it is sent.</summary>
public sealed class IntakeOutageTests
{
    const string Route = "/api/observations";
    static readonly DateTimeOffset At = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_observation_that_no_queue_takes_is_503_until_one_does()
    {
        var sent = new Sent("RunStarted", Guid.CreateVersion7(), At);
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        await site.Publisher.Bind(sent.Exchange, LedgerSite.Queue, bound: false);

        var (status, retryAfter, body) = await ledger.Post(Route, sent.Line());

        Assert.True(status == 503, $"{status} {body}\n{ledger.Output}");
        Assert.Equal("5", retryAfter);
        Assert.Contains("has no queue", body, StringComparison.Ordinal);
        await site.Publisher.Bind(sent.Exchange, LedgerSite.Queue, bound: true);
        Assert.Equal(202, (await ledger.Post(Route, sent.Line())).Status);
        await site.Settle(Oracle.Rows([sent]));
    }

    [Fact]
    public async Task A_broker_that_is_away_is_503_in_good_time_and_what_was_refused_is_not_sent_later()
    {
        Sent refused = new("RunStarted", Guid.CreateVersion7(), At),
            taken = new("RunStarted", Guid.CreateVersion7(), At),
            later = new("RunStarted", Guid.CreateVersion7(), At);
        var database = await TestDatabase.Create(applySchema: true);
        var broker = await OwnBroker.Create();
        await using var site = new LedgerSite(database.ConnectionString, broker.Address, broker, database);
        var ledger = await site.Start(new() { ["Intake__Patience"] = "00:00:05" });
        Assert.Equal(202, (await ledger.Post(Route, taken.Line())).Status);
        await broker.Stop();
        var clock = Stopwatch.StartNew();

        var (status, retryAfter, body) = await ledger.Post(Route, refused.Line());

        Assert.True(status == 503, $"{status} {body}\n{ledger.Output}");
        Assert.Equal("5", retryAfter);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        await broker.Start();
        await Eventually.Async(
            async () =>
                (await ledger.Post(Route, later.Line())).Status is var again && again == 202 ? null : $"{again}",
            TimeSpan.FromSeconds(60), () => ledger.Output);
        // A row of its own: a message that a ledger has in hand when it is stopped may go back to its queue.
        await site.Settle(Oracle.Rows([taken, later]));
    }

    [Fact]
    public async Task A_ledger_told_to_stop_does_not_wait_for_a_broker_that_is_away_and_says_to_send_again()
    {
        var sent = new Sent("RunStarted", Guid.CreateVersion7(), At);
        var database = await TestDatabase.Create(applySchema: true);
        var broker = await OwnBroker.Create();
        await using var site = new LedgerSite(database.ConnectionString, broker.Address, broker, database);
        var ledger = await site.Start(new() { ["Intake__Patience"] = "00:05:00" });
        await broker.Stop();
        await using var request = await HeldPost.Begin(ledger, sent);
        var answer = request.End();

        var (exitCode, took) = await ledger.Stop();

        Assert.True(exitCode == 0, $"Exit code {exitCode} after {took}.\n{ledger.Output}");
        Assert.Equal("HTTP/1.1 503 Service Unavailable", await answer);
    }
}
