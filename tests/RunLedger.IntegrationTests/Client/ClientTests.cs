using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RunLedger.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Client;

/// <summary>A service that reports with the client, to the deployed ledger on real servers.</summary>
public sealed class ClientTests : IDisposable
{
    // A broker of its own is restarted three times, beside other tests.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    readonly DirectoryInfo _spool = Directory.CreateTempSubdirectory("run-ledger-spool");

    public void Dispose() => _spool.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_is_reported_is_in_the_tables(bool bus)
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        using var service = await Service(site, bus ? null : ledger.Url);
        var reporter = service.Services.GetRequiredService<IRunReporter>();

        await reporter.Run("PROC-CAND:dot:kg", async run =>
        {
            await run.Step("extract", _ => Task.CompletedTask);
            await reporter.Run("PROC-CAND:dot:part", part => part.Step("load", _ => Task.CompletedTask));
        });
        await Assert.ThrowsAsync<TimeoutException>(
            () => reporter.Run("PROC-CAND:dot:bad", _ => throw new TimeoutException("60 s")));
        await service.StopAsync(TestContext.Current.CancellationToken);

        const string Runs =
            """
            select r.process_candidate_code || ' ' || r.status || ' ' || coalesce(r.error_ref, '') || ' ' ||
              coalesce(p.process_candidate_code, '')
              || ' ' || (select count(*) from process_component_observation c where c.process_run_id = r.process_run_id
                and c.status = 'step_completed')
            from process_run_observation r left join process_run_observation p on p.process_run_id = r.parent_run_id
              order by 1
            """;
        string[] expected =
        [
            "PROC-CAND:dot:bad failed System.TimeoutException: 60 s  0", "PROC-CAND:dot:kg completed   1",
            "PROC-CAND:dot:part completed  PROC-CAND:dot:kg 1",
        ];
        await Eventually.Async(
            async () =>
                await site.List(Runs) is var rows && rows.SequenceEqual(expected) ? null : string.Join('\n', rows),
            TimeSpan.FromSeconds(60), () => ledger.Output);
        Assert.Empty(await LedgerRows.Rejected(site.Database));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5, Explicit = true)]
    public async Task Every_run_is_there_once_whatever_is_restarted_while_it_is_reported(int times)
    {
        var database = await TestDatabase.Create(applySchema: true);
        var broker = await OwnBroker.Create();
        await using var site = new LedgerSite(database.ConnectionString, broker.Address, broker, database);
        var ledger = await site.Start();
        var service = await Service(site, null);
        var expected = new List<string>();
        using var stop = new CancellationTokenSource();

        // The oracle is written before what it expects is reported.
        var publishing = Task.Run(async () =>
        {
            var reporter = service.Services.GetRequiredService<IRunReporter>();
            while (!stop.IsCancellationRequested)
            {
                var id = Guid.CreateVersion7();
                expected.Add($"{id} completed 2");
                await reporter.Run("P", async run =>
                {
                    await run.Step("one", _ => Task.Delay(10, CancellationToken.None));
                    await run.Step("two", _ => Task.CompletedTask);
                }, new RunDetails { RunId = id });
            }
        }, TestContext.Current.CancellationToken);
        for (var time = 0; time < times; time++)
        {
            var before = expected.Count;
            await Eventually.Async(
                () => Task.FromResult(expected.Count > before + 50 ? null : $"{expected.Count} runs"),
                Patience);
            if (time % 2 == 0)
            {
                await broker.Stop();
                before = expected.Count;
                await Eventually.Async(
                    () => Task.FromResult(expected.Count > before + 50 ? null : $"{expected.Count} runs"),
                    Patience);
                await broker.Start();
            }
            else
            {
                await ledger.Kill();
                ledger = await site.Start(ready: false);
            }
        }

        await stop.CancelAsync();
        await publishing;
        // What is not sent when the service stops is in its spool, and its next start sends it.
        await service.StopAsync(TestContext.Current.CancellationToken);
        service.Dispose();
        using var next = await Service(site, null);

        const string Rows =
            """
            select r.process_run_id || ' ' || r.status || ' ' || (
              select count(*) from process_component_observation c where c.process_run_id = r.process_run_id
                and c.status = 'step_completed')
            from process_run_observation r order by r.process_run_id
            """;
        await Eventually.Async(
            async () =>
            {
                var rows = await site.List(Rows);
                return rows.SequenceEqual(expected.Order(StringComparer.Ordinal)) ? null
                    : $"{rows.Count} of {expected.Count}, missing {string.Join(", ", expected.Except(rows).Take(3))}";
            },
            Patience, () => ledger.Output);
        Assert.Empty(await LedgerRows.Rejected(site.Database));
        await next.StopAsync(TestContext.Current.CancellationToken);
    }

    async Task<IHost> Service(LedgerSite site, Uri? ledger)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.ClearProviders();
        if (ledger is null)
            builder.Services.AddMassTransit(bus => bus.UsingRabbitMq((_, transport) => transport.Host(site.Broker)));
        builder.Services.AddRunLedgerClient(options =>
        {
            options.LedgerUrl = ledger;
            options.SpoolDirectory = _spool.FullName;
            options.SendTimeout = TimeSpan.FromSeconds(5);
        });
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }
}
