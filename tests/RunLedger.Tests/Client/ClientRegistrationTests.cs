using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RunLedger.Client;
using RunLedger.Contracts;

namespace RunLedger.Tests.Client;

/// <summary>The client beside a MassTransit bus, and what is wrong with its options.</summary>
public sealed class ClientRegistrationTests
{
    [Fact]
    public async Task What_is_reported_is_published_on_the_bus_of_the_host()
    {
        await using var services = new ServiceCollection()
            .AddMassTransitTestHarness(TextWriter.Null)
            .AddRunLedgerClient()
            .BuildServiceProvider(validateScopes: true);
        var harness = services.GetTestHarness();
        await harness.Start();

        await services.GetRequiredService<IRunReporter>().Run("P", run => run.Step("load", _ => Task.CompletedTask));

        Assert.True(await harness.Published.Any<RunStarted>(TestContext.Current.CancellationToken));
        Assert.True(await harness.Published.Any<StepStarted>(TestContext.Current.CancellationToken));
        Assert.True(await harness.Published.Any<StepCompleted>(TestContext.Current.CancellationToken));
        Assert.True(await harness.Published.Any<RunCompleted>(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_fault_is_said_at_once()
    {
        var services = new ServiceCollection().AddRunLedgerClient(options =>
        {
            options.SourceSystem = "nobody";
            options.BufferSize = 0;
            options.SendTimeout = TimeSpan.Zero;
            options.HeartbeatEvery = TimeSpan.Zero;
        }).BuildServiceProvider();

        var faults = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<RunLedgerClientOptions>>().Value).Failures.ToList();

        Assert.Equal(5, faults.Count);
        Assert.Contains(
            faults, fault => fault.StartsWith("SourceSystem 'nobody' is not known", StringComparison.Ordinal));
        Assert.Contains("There is no way to the ledger: add a bus with AddMassTransit, or set LedgerUrl.", faults);
    }

    [Fact]
    public void An_address_must_be_one()
    {
        var services = new ServiceCollection()
            .AddRunLedgerClient(options => options.LedgerUrl = new Uri("ftp://ledger"))
            .BuildServiceProvider();

        var fault = Assert.Single(Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<RunLedgerClientOptions>>().Value).Failures);
        Assert.Contains("is no http address", fault, StringComparison.Ordinal);
    }
}
