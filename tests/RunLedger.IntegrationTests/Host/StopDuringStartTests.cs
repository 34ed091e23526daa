using System.Net;
using System.Net.Sockets;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Host;

/// <summary>A service that is told to stop while it still starts, by who changed their mind.</summary>
public sealed class StopDuringStartTests : IDisposable
{
    // Takes connections and never says a word.
    readonly TcpListener _silent = new(IPAddress.Loopback, 0);

    public StopDuringStartTests() => _silent.Start();

    public void Dispose() => _silent.Dispose();

    int Port => ((IPEndPoint)_silent.LocalEndpoint).Port;

    [Fact]
    public async Task While_it_asks_a_database_that_does_not_answer_it_ends_with_0()
    {
        await using var ledger = await LedgerProcess.Start(
            $"Host=127.0.0.1;Port={Port};Username=u;Password=p;Timeout=60",
            new Uri("amqp://127.0.0.1:1"),
            ready: false);
        using var asked = await _silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        await EndsWith0(ledger);
    }

    [Fact]
    public async Task While_it_asks_a_broker_that_does_not_answer_it_ends_with_0()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await using var ledger = await LedgerProcess.Start(
            database.ConnectionString, new Uri($"amqp://127.0.0.1:{Port}"), ready: false);
        using var asked = await _silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        await EndsWith0(ledger);
    }

    [Fact]
    public async Task When_it_listens_and_is_not_ready_yet_it_ends_with_0()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start(ready: false);
        await Support.Eventually.Async(
            () => Task.FromResult(
                ledger.Everything.Contains("The ledger consumes from", StringComparison.Ordinal)
                    ? null : "it has not begun"),
            TimeSpan.FromSeconds(60),
            () => ledger.Output);

        await EndsWith0(ledger);
    }

    static async Task EndsWith0(LedgerProcess ledger)
    {
        var (exitCode, _) = await ledger.Stop();
        Assert.True(exitCode == 0, $"Exit code {exitCode}\n{ledger.Output}");
    }
}
