using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Saga;

/// <summary>The ledger as the author of a service meets it in tests: through MassTransit's saga harness.</summary>
public sealed class SagaHarnessTests : IAsyncLifetime
{
    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await LedgerHarness.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_run_that_starts_and_completes_is_a_completed_saga()
    {
        var run = Some.Run();

        await _ledger.Publish(run.Started());
        await _ledger.Publish(run.Completed());

        Assert.NotNull(await _ledger.Sagas.Exists(run.Id, machine => machine.Completed));
    }

    [Fact]
    public async Task A_message_the_validator_rejects_is_kept_and_its_neighbour_lands()
    {
        var (bad, good) = (Some.Run(), Some.Run());

        await _ledger.Publish(bad.Started() with { SourceSystem = "nobody" });
        await _ledger.Publish(good.Started());

        Assert.NotNull(await _ledger.Sagas.Exists(good.Id, machine => machine.Started));
        Assert.Null(await _ledger.Store.Find(bad.Id, TestContext.Current.CancellationToken));
    }
}
