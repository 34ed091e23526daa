using Microsoft.Extensions.Time.Testing;
using RunLedger.Folding;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Deadlines;

/// <summary>A run that is tried again has its limits again: they count from the attempt, not from the run.</summary>
public sealed class AttemptLimitTests : IAsyncLifetime
{
    readonly FakeTimeProvider _time = new(Some.Noon);
    readonly Some _run = Some.Run();
    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await LedgerHarness.Start(_time);
        await _ledger.Take(_run.Started());
        await _ledger.Take(_run.Failed());
        _time.Advance(TimeSpan.FromHours(5));
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_run_that_is_tried_again_is_not_settled_until_it_ends_again()
    {
        Assert.Equal(Some.Noon.UtcDateTime, (await _ledger.Row(_run.Id)).SettledAt);

        await _ledger.Take(_run.Started() with { Attempt = 2, OccurredAt = _time.GetUtcNow() });
        Assert.Null((await _ledger.Row(_run.Id)).SettledAt);

        _time.Advance(TimeSpan.FromMinutes(1));
        await _ledger.Take(_run.Completed() with { Attempt = 2, OccurredAt = _time.GetUtcNow() });
        Assert.Equal(_time.GetUtcNow().UtcDateTime, (await _ledger.Row(_run.Id)).SettledAt);
    }

    // A quick one may be heard of by its end alone: retention counts from then, and not from the end before.
    [Fact]
    public async Task An_end_of_a_later_attempt_settles_a_run_anew()
    {
        await _ledger.Take(_run.Completed() with { Attempt = 2, OccurredAt = _time.GetUtcNow() });

        Assert.Equal(_time.GetUtcNow().UtcDateTime, (await _ledger.Row(_run.Id)).SettledAt);
    }

    [Fact]
    public async Task The_run_limit_counts_from_the_start_of_the_attempt()
    {
        await _ledger.Take(_run.Started() with { Attempt = 2, OccurredAt = _time.GetUtcNow() });

        Assert.Equal(RunStatus.Started, await After(TimeSpan.FromMinutes(59)));
        Assert.Equal(RunStatus.Stuck, await After(TimeSpan.FromMinutes(1)));
    }

    // As a queue says it of a job that waits again: with the time when it was queued first.
    [Fact]
    public async Task The_start_limit_counts_from_when_the_attempt_was_heard_of()
    {
        await _ledger.Take(_run.Observed() with { Attempt = 2 });

        Assert.Equal(RunStatus.Observed, await After(TimeSpan.FromMinutes(9)));
        Assert.Equal(RunStatus.Stuck, await After(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_stuck_run_comes_back_with_its_next_attempt()
    {
        await _ledger.Take(_run.Started() with { Attempt = 2, OccurredAt = _time.GetUtcNow() });
        Assert.Equal(RunStatus.Stuck, await After(TimeSpan.FromHours(1)));

        await _ledger.Take(_run.Observed() with { Attempt = 3 });

        Assert.Equal(RunStatus.Observed, (await _ledger.Row(_run.Id)).Status);
    }

    async Task<RunStatus> After(TimeSpan time)
    {
        _time.Advance(time);
        await _ledger.Sweep();
        return (await _ledger.Row(_run.Id)).Status;
    }
}
