using Microsoft.Extensions.Time.Testing;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Deadlines;

/// <summary>Rows without their counterpart.</summary>
public sealed class OrphanTests : IAsyncLifetime
{
    static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    readonly FakeTimeProvider _time = new(Some.Noon);
    readonly Guid _step = Guid.CreateVersion7();
    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await LedgerHarness.Start(_time);

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_run_known_only_from_its_components_is_an_orphan_until_it_speaks()
    {
        var run = Some.Run();
        await _ledger.Take(run.StepStarted(_step));
        Assert.Equal(RunStatus.StepStarted, await Status(run));

        await After(Grace);
        Assert.Equal(RunStatus.Orphan, await Status(run));
        await _ledger.Take(run.Started());

        Assert.Equal(RunStatus.StepStarted, await Status(run));
        Assert.Contains(
            "\"recoveredBy\":\"RunStarted\"", (await _ledger.Row(run.Id)).EvidenceRef, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_parent_nobody_reported_is_an_orphan_until_somebody_does()
    {
        var (parent, run) = (Some.Run(), Some.Run());
        await _ledger.Take(run.Started() with { ParentRunId = parent.Id });
        await After(Grace);
        Assert.Equal(RunStatus.Orphan, await Status(run));

        await _ledger.Take(parent.Started());
        await After(Grace);

        Assert.Equal(RunStatus.Started, await Status(run));
    }

    [Fact]
    public async Task A_run_whose_parent_came_within_the_grace_time_is_none()
    {
        var (parent, run) = (Some.Run(), Some.Run());
        await _ledger.Take(run.Started() with { ParentRunId = parent.Id });
        await _ledger.Take(parent.Started());

        await After(Grace);

        var row = await _ledger.Row(run.Id);
        Assert.Equal((RunStatus.Started, null), (row.Status, row.EvidenceRef));
    }

    [Fact]
    public async Task A_parent_that_is_known_by_another_id_counts()
    {
        var (parent, run) = (Some.Run(), Some.Run());
        var alias = Guid.CreateVersion7();
        await _ledger.Take(parent.Started() with { IdempotencyKey = "p" });
        await _ledger.Take(parent.Observed() with { ProcessRunId = alias, IdempotencyKey = "p" });
        await _ledger.Take(run.Started() with { ParentRunId = alias });

        await After(Grace);

        Assert.Equal(RunStatus.Started, await Status(run));
    }

    [Fact]
    public async Task An_ended_run_without_its_parent_stays_ended_and_gets_a_warning()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started() with { ParentRunId = Guid.CreateVersion7() });
        await _ledger.Take(run.Completed());

        await After(Grace);

        var row = await _ledger.Row(run.Id);
        Assert.Equal(RunStatus.Completed, row.Status);
        Assert.Contains("was never observed", row.EvidenceRef, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parent_that_is_named_late_is_looked_for_too()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());
        await After(TimeSpan.FromMinutes(20));
        await _ledger.Take(run.Heartbeat() with { ParentRunId = Guid.CreateVersion7() });

        await After(Grace);

        Assert.Equal(RunStatus.Orphan, await Status(run));
    }

    [Fact]
    public async Task A_component_still_open_after_its_run_ended_is_an_orphan_until_it_ends()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());
        await _ledger.Take(run.StepStarted(_step));
        await _ledger.Take(run.Completed());
        await After(Grace - TimeSpan.FromSeconds(1));
        Assert.Equal("step_started", await Component());

        await After(TimeSpan.FromSeconds(1));
        Assert.Equal("orphan", await Component());
        Assert.Equal(RunStatus.Completed, await Status(run));
        await _ledger.Take(run.StepCompleted(_step));

        Assert.Equal("step_completed", await Component());
    }

    [Fact]
    public async Task Stuck_outranks_orphan()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started() with { ParentRunId = Guid.CreateVersion7() });
        await After(Grace);

        await After(TimeSpan.FromHours(1));

        Assert.Equal(RunStatus.Stuck, await Status(run));
    }

    Task After(TimeSpan time)
    {
        _time.Advance(time);
        return _ledger.Sweep();
    }

    async Task<RunStatus> Status(Some run) => (await _ledger.Row(run.Id)).Status;

    Task<string?> Component() => _ledger.Scalar("select status from process_component_observation");
}
