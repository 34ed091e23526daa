using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Client;
using RunLedger.Client.Testing;

namespace NightlyImport.Tests;

/// <summary>What the import reports, on the MassTransit test harness: no broker, no ledger.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    static readonly DateTimeOffset Night = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton<TimeProvider>(new FakeTimeProvider(Night))
        .AddMassTransitTestHarness(TextWriter.Null)
        .AddRunLedgerClient()
        .AddSingleton<Import>()
        .BuildServiceProvider(validateScopes: true);

    ITestHarness Harness => _services.GetTestHarness();

    Import Import => _services.GetRequiredService<Import>();

    public async ValueTask InitializeAsync() => await Harness.Start();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task A_night_that_goes_well_is_a_completed_run_of_three_steps()
    {
        await Import.Run(["a", "b"]);

        var run = await Run();
        Assert.Equal("Completed", run.Outcome);
        Assert.Equal(["read", "check", "store"], run.Steps.Select(step => step.Code));
    }

    [Fact]
    public async Task A_row_that_is_empty_fails_the_check_and_the_run_says_so()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Import.Run(["a", ""]));

        var run = await Run();
        Assert.Equal("Failed: System.IO.InvalidDataException: a row is empty", run.Outcome);
        Assert.Equal(["step_completed", "failed"], run.Steps.Select(step => step.Status));
    }

    [Fact]
    public async Task Started_twice_in_a_night_it_is_one_run()
    {
        await Import.Run(["a"]);
        await Import.Run(["a"]);

        Assert.Single(
            await Harness.Runs(runs => runs is [{ Status: "completed" }], TestContext.Current.CancellationToken));
    }

    async Task<ReportedRun> Run() => Assert.Single(await Harness.Runs(
        runs => runs is [{ Status: "completed" or "failed" }], TestContext.Current.CancellationToken));
}
