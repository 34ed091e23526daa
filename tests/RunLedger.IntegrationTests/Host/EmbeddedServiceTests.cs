using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Host;

/// <summary>The service with nothing but a file, and with a database that goes.</summary>
public sealed class EmbeddedServiceTests
{
    [Fact]
    public async Task What_was_answered_202_is_in_the_file_of_a_ledger_killed_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("run-ledger-alone-");
        try
        {
            var file = Path.Combine(folder.FullName, "ledger.db");
            var runs = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToList();
            foreach (var run in runs)
            {
                await using var ledger = await LedgerProcess.StartEmbedded(file);
                var (status, _, body) = await ledger.Post(
                    "/api/observations", new Sent("RunStarted", run, DateTimeOffset.UnixEpoch.AddYears(50)).Line());
                await ledger.Kill();
                Assert.True(status == 202, $"{status} {body}\n{ledger.Output}");
            }

            await using var next = await LedgerProcess.StartEmbedded(file);
            foreach (var run in runs)
            {
                var (status, body) = await next.Get($"/api/runs/{run}");
                Assert.True(
                    status == 200 && body.Contains("\"status\":\"started\"", StringComparison.Ordinal),
                    $"{status} {body}");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static Task Replicas(LedgerProcess ledger, int count) => Eventually.Async(
        async () =>
        {
            using var overview = JsonDocument.Parse((await ledger.Get("/api/overview")).Body);
            var seen = overview.RootElement.GetProperty("replicas").GetArrayLength();
            return seen == count ? null : $"{seen} replicas are shown";
        },
        TimeSpan.FromSeconds(30),
        () => ledger.Output);

    [Fact]
    public async Task A_replica_that_stopped_in_order_is_not_missed_and_one_that_was_killed_is()
    {
        var folder = Directory.CreateTempSubdirectory("run-ledger-alone-");
        try
        {
            var file = Path.Combine(folder.FullName, "ledger.db");
            await using (var stopped = await LedgerProcess.StartEmbedded(file))
            {
                await Replicas(stopped, 1);
                Assert.Equal(0, (await stopped.Stop()).ExitCode);
            }

            await using (var killed = await LedgerProcess.StartEmbedded(file))
                await Replicas(killed, 1);

            await using var next = await LedgerProcess.StartEmbedded(file);
            await Replicas(next, 2);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_address_where_somebody_listens_is_said_on_the_last_line()
    {
        using var somebody = new TcpListener(IPAddress.Loopback, 0);
        somebody.Start();
        var address = $"http://{somebody.LocalEndpoint}";
        var folder = Directory.CreateTempSubdirectory("run-ledger-alone-");

        var run = await ProgramRun.Of(
            new() { ["RunLedger__SqliteFile"] = Path.Combine(folder.FullName, "ledger.db") }, "--urls", address);

        folder.Delete(recursive: true);

        Assert.Equal(
            (1, $"Failed to bind to address {address}: address already in use. End who listens there, "
                + "or listen elsewhere: --urls or ASPNETCORE_URLS."),
            (run.ExitCode, run.Printed.TrimEnd().Split('\n')[^1]));
    }

    [Fact]
    public async Task A_ledger_whose_database_is_away_lives_and_is_not_ready_until_it_is_back()
    {
        var postgres = await OwnPostgres.Create();
        var host = await VirtualHost.Create();
        await using var site = new LedgerSite(postgres.ConnectionString, host.Address, host, postgres);
        var ledger = await site.Start();

        await postgres.Stop();

        Assert.Equal((int)HttpStatusCode.ServiceUnavailable, (await ledger.Get("/health/ready")).Status);
        Assert.Equal((int)HttpStatusCode.OK, (await ledger.Get("/health/live")).Status);
        await postgres.Start();
        await Eventually.Async(
            async () => (await ledger.Get("/health/ready")).Status is var status and not 200 ? $"{status}" : null,
            TimeSpan.FromSeconds(30), () => ledger.Output);
    }
}
