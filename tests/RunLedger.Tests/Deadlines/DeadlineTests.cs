using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Deadlines;

/// <summary>Runs that pass their limits, and what brings them back; the clock is moved, nobody waits.</summary>
public sealed class DeadlineTests : IAsyncLifetime
{
    readonly FakeTimeProvider _time = new(Some.Noon);
    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await LedgerHarness.Start(_time, options =>
    {
        options.Deadlines.Policies.Add(
            new DeadlinePolicy { Candidate = "PROC-CAND:quiet:*", Quiet = TimeSpan.FromMinutes(2) });
        options.Deadlines.Policies.Add(new DeadlinePolicy { Candidate = "PROC-CAND:none:?" });
    });

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_run_that_started_and_does_not_end_is_stuck_after_its_limit_and_not_before()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());

        await After(TimeSpan.FromMinutes(59));
        Assert.Equal(RunStatus.Started, await Status(run));
        await After(TimeSpan.FromMinutes(1));

        Assert.Equal(RunStatus.Stuck, await Status(run));
        var flag = await Flag(run);
        Assert.Equal("stuck", flag.GetProperty("flag").GetString());
        Assert.Equal("run", flag.GetProperty("limit").GetString());
        Assert.Equal("01:00:00", flag.GetProperty("value").GetString());
        Assert.Equal("2026-11-01T12:00:00.000000Z", flag.GetProperty("lastObservedAt").GetString());
        Assert.Equal("2026-11-01T13:00:00.000000Z", flag.GetProperty("flaggedAt").GetString());
    }

    [Fact]
    public async Task A_run_that_was_observed_and_never_starts_is_stuck_after_the_start_limit()
    {
        var run = Some.Run();
        await _ledger.Take(run.Observed());

        await After(TimeSpan.FromMinutes(10));

        Assert.Equal(RunStatus.Stuck, await Status(run));
        Assert.Equal("start", (await Flag(run)).GetProperty("limit").GetString());
    }

    [Fact]
    public async Task A_run_that_starts_in_time_has_its_whole_run_limit()
    {
        var run = Some.Run();
        await _ledger.Take(run.Observed());
        _time.Advance(TimeSpan.FromMinutes(9));
        await _ledger.Take(run.Started() with { OccurredAt = _time.GetUtcNow() });

        await After(TimeSpan.FromMinutes(2));
        Assert.Equal(RunStatus.Started, await Status(run));
        await After(TimeSpan.FromMinutes(58));

        Assert.Equal(RunStatus.Stuck, await Status(run));
    }

    [Fact]
    public async Task A_run_that_says_nothing_for_too_long_is_stuck_however_short_it_runs()
    {
        var run = new Some { Candidate = "PROC-CAND:quiet:kg" };
        await _ledger.Take(run.Started());
        _time.Advance(TimeSpan.FromMinutes(1));
        await _ledger.Take(run.Heartbeat());

        await After(TimeSpan.FromSeconds(119));
        Assert.Equal(RunStatus.Started, await Status(run));
        await After(TimeSpan.FromSeconds(1));

        Assert.Equal(RunStatus.Stuck, await Status(run));
        Assert.Equal("quiet", (await Flag(run)).GetProperty("limit").GetString());
    }

    [Fact]
    public async Task A_run_without_limits_is_never_stuck()
    {
        var run = new Some { Candidate = "PROC-CAND:none:1" };
        await _ledger.Take(run.Started());

        await After(TimeSpan.FromDays(400));

        Assert.Equal(RunStatus.Started, await Status(run));
    }

    [Fact]
    public async Task A_sign_of_life_brings_a_stuck_run_back_and_says_so()
    {
        var run = await Stuck();

        await _ledger.Take(run.Heartbeat() with { OccurredAt = _time.GetUtcNow() });

        Assert.Equal(RunStatus.Started, await Status(run));
        var flag = await Flag(run);
        Assert.Equal("RunHeartbeat", flag.GetProperty("recoveredBy").GetString());
        Assert.Equal("2026-11-01T13:00:00.000000Z", flag.GetProperty("recoveredAt").GetString());
        Assert.Null((await _ledger.Row(run.Id)).SettledAt);
    }

    [Fact]
    public async Task What_came_back_has_its_whole_limit_again()
    {
        var run = await Stuck();
        await _ledger.Take(run.Heartbeat() with { OccurredAt = _time.GetUtcNow() });

        await After(TimeSpan.FromMinutes(59));
        Assert.Equal(RunStatus.Started, await Status(run));
        await After(TimeSpan.FromMinutes(1));

        Assert.Equal(RunStatus.Stuck, await Status(run));
        Assert.Equal(2, (await Flags(run)).GetArrayLength());
    }

    [Fact]
    public async Task A_redelivery_is_no_sign_of_life()
    {
        var run = await Stuck();

        await _ledger.Take(run.Started());

        Assert.Equal(RunStatus.Stuck, await Status(run));
    }

    [Fact]
    public async Task A_terminal_observation_ends_a_stuck_run_also_an_old_one()
    {
        var run = await Stuck();

        await _ledger.Take(run.Failed() with { OccurredAt = run.Start.AddSeconds(-1) });

        Assert.Equal(RunStatus.Failed, await Status(run));
        Assert.Equal("RunFailed", (await Flag(run)).GetProperty("recoveredBy").GetString());
    }

    [Fact]
    public async Task A_run_that_ended_is_never_flagged()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());
        await _ledger.Take(run.Completed());

        await After(TimeSpan.FromDays(2));

        var row = await _ledger.Row(run.Id);
        Assert.Equal((RunStatus.Completed, null, null), (row.Status, row.EvidenceRef, row.DeadlineAt));
        Assert.Equal(Some.Noon.UtcDateTime, row.SettledAt);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public async Task A_publisher_whose_clock_is_wrong_by_an_hour_is_not_stuck_for_long(int minutes)
    {
        var run = new Some { Start = Some.Noon.AddMinutes(minutes) };
        await _ledger.Take(run.Started());
        await After(TimeSpan.FromSeconds(5));

        await _ledger.Take(run.Heartbeat());
        await After(TimeSpan.FromSeconds(5));

        Assert.Equal(RunStatus.Started, await Status(run));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public async Task Start_and_quiet_limits_are_by_the_clock_of_the_ledger_however_wrong_the_publishers_is(int minutes)
    {
        var waiting = new Some { Start = Some.Noon.AddMinutes(minutes) };
        var silent = new Some { Start = Some.Noon.AddMinutes(minutes), Candidate = "PROC-CAND:quiet:a" };
        await _ledger.Take(waiting.Observed());
        await _ledger.Take(silent.Started());

        await After(TimeSpan.FromMinutes(2) - TimeSpan.FromSeconds(1));
        Assert.Equal(RunStatus.Started, await Status(silent));
        await After(TimeSpan.FromSeconds(1));
        Assert.Equal(RunStatus.Stuck, await Status(silent));

        await After(TimeSpan.FromMinutes(8) - TimeSpan.FromSeconds(1));
        Assert.Equal(RunStatus.Observed, await Status(waiting));
        await After(TimeSpan.FromSeconds(1));
        Assert.Equal(RunStatus.Stuck, await Status(waiting));
    }

    [Theory]
    [InlineData(-59, 1)]
    [InlineData(60, 120)]
    public async Task A_run_has_its_limit_from_the_start_that_its_publisher_tells(int minutes, int stuckAfter)
    {
        var run = new Some { Start = Some.Noon.AddMinutes(minutes) };
        await _ledger.Take(run.Started());

        await After(TimeSpan.FromMinutes(stuckAfter) - TimeSpan.FromSeconds(1));
        Assert.Equal(RunStatus.Started, await Status(run));
        await After(TimeSpan.FromSeconds(1));

        Assert.Equal(RunStatus.Stuck, await Status(run));
    }

    [Fact]
    public async Task A_deadline_that_the_run_outlived_moves_on()
    {
        var run = Some.Run();
        await _ledger.Take(run.Observed());
        await _ledger.Take(run.Started());
        var before = (await _ledger.Row(run.Id)).DeadlineAt;

        await After(TimeSpan.FromMinutes(10));

        Assert.Equal(Some.Noon.UtcDateTime.AddMinutes(10), before);
        Assert.Equal(Some.Noon.UtcDateTime.AddHours(1), (await _ledger.Row(run.Id)).DeadlineAt);
    }

    [Fact]
    public async Task A_deadline_of_a_run_nobody_knows_is_dropped()
    {
        await (await Bus()).Send(
            new DeadlineReached { ProcessRunId = Guid.CreateVersion7(), DueAt = Some.Noon.UtcDateTime });
        var run = Some.Run();

        await _ledger.Take(run.Started());

        Assert.Equal(RunStatus.Started, await Status(run));
    }

    Task<MassTransit.ISendEndpoint> Bus() =>
        _ledger.Service<MassTransit.IBus>().GetSendEndpoint(new Uri("exchange:run-ledger"));

    async Task<Some> Stuck()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());
        await After(TimeSpan.FromHours(1));
        Assert.Equal(RunStatus.Stuck, await Status(run));
        return run;
    }

    Task After(TimeSpan time)
    {
        _time.Advance(time);
        return _ledger.Sweep();
    }

    async Task<RunStatus> Status(Some run) => (await _ledger.Row(run.Id)).Status;

    async Task<JsonElement> Flags(Some run) =>
        JsonDocument.Parse((await _ledger.Row(run.Id)).EvidenceRef!).RootElement.GetProperty("flags");

    async Task<JsonElement> Flag(Some run) => (await Flags(run)).EnumerateArray().Last();
}
