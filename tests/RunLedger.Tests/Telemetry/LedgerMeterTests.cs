using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Retention;
using RunLedger.Telemetry;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Telemetry;

/// <summary>
/// What a ledger on a bus measures of observations, flags and retention; the clock is moved, nobody waits.
/// </summary>
public sealed class LedgerMeterTests : IAsyncLifetime
{
    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-archive-{Guid.CreateVersion7()}");
    readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    LedgerHarness _ledger = null!;
    Measured _measured = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await LedgerHarness.Start(_time, options =>
        {
            options.Archive.Directory = _folder;
            options.Archive.PurgeAfter = TimeSpan.FromDays(10);
            options.Retention.Every = TimeSpan.FromDays(36_000);
        });
        _measured = new Measured(_ledger.Service<IMeterFactory>());
    }

    public async ValueTask DisposeAsync()
    {
        _measured.Dispose();
        await _ledger.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    Some Run() => new() { Start = _time.GetUtcNow() };

    [Fact]
    public async Task An_observation_is_counted_by_its_contract_and_by_what_became_of_it()
    {
        var run = Run();
        Assert.Equal(0, _measured.One("runledger.observations RunStarted recorded"));

        await _ledger.Take(run.Started());
        await _ledger.Take(run.Started());
        await _ledger.Take(run.Started() with { SourceSystem = "nobody" });
        await _ledger.Take(run.Completed());

        Assert.Equal(1, _measured.One("runledger.observations RunStarted recorded"));
        Assert.Equal(1, _measured.One("runledger.observations RunStarted duplicate"));
        Assert.Equal(1, _measured.One("runledger.observations RunStarted rejected"));
        Assert.Equal(1, _measured.One("runledger.observations RunCompleted recorded"));
        Assert.Equal(0, _measured.One("runledger.observations RunCompleted duplicate"));
    }

    [Fact]
    public async Task A_step_that_changes_its_component_alone_is_no_duplicate()
    {
        var (run, first, second) = (Run(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await _ledger.Take(run.Started());
        await _ledger.Take(run.StepStarted(first));
        await _ledger.Take(run.StepStarted(second));
        await _ledger.Take(run.StepStarted(second));

        Assert.Equal(2, _measured.One("runledger.observations StepStarted recorded"));
        Assert.Equal(1, _measured.One("runledger.observations StepStarted duplicate"));
    }

    [Fact]
    public async Task The_lag_is_from_being_sent_to_the_commit()
    {
        // MassTransit writes the machine's time into the envelope, which the ledger's is an hour ahead of now.
        _time.Advance(TimeSpan.FromHours(1));

        await _ledger.Take(Run().Started());

        Assert.InRange(_measured.One("runledger.observation.lag"), 3_000, 3_600);
        // What the overview tells of this process.
        var meter = _ledger.Service<LedgerMeter>();
        Assert.InRange(meter.Last!.Lag!.Value.TotalSeconds, 3_000, 3_600);
        Assert.Equal((1, _time.GetUtcNow().UtcDateTime), (meter.Commits, meter.Last.At));
    }

    [Fact]
    public async Task A_commit_is_the_newest_also_where_no_message_says_when_it_was_sent()
    {
        await _ledger.Service<GroupCommitter>().Reject(
            new Rejections(_time).Of("RunStarted", "test", "text/plain", [1], "is none"));

        Assert.Equal(new(_time.GetUtcNow().UtcDateTime, null), _ledger.Service<LedgerMeter>().Last);
    }

    [Fact]
    public async Task Ends_and_identities_that_disagree_are_conflicts_once()
    {
        var run = Run();
        await _ledger.Take(run.Started());
        await _ledger.Take(run.Completed());
        Assert.Equal(0, _measured.One("runledger.conflicts end"));

        for (var time = 0; time < 2; time++)
        {
            await _ledger.Take(run.Failed());
            await _ledger.Take(run.Heartbeat() with { CorrelationId = "another" });
        }

        Assert.Equal(1, _measured.One("runledger.conflicts end"));
        Assert.Equal(1, _measured.One("runledger.conflicts identity"));
    }

    [Fact]
    public async Task Flags_and_recoveries_are_counted_by_the_limit_that_was_passed()
    {
        var (stuck, orphan) = (Run(), Run());
        await _ledger.Take(stuck.Started());
        await _ledger.Take(orphan.StepStarted(Guid.CreateVersion7()));

        _time.Advance(TimeSpan.FromMinutes(5));
        await _ledger.Sweep();
        Assert.Equal(1, _measured.One("runledger.flags orphan no_run"));
        Assert.Equal(0, _measured.One("runledger.flags stuck run"));
        _time.Advance(TimeSpan.FromMinutes(55));
        await _ledger.Sweep();
        await _ledger.Sweep();

        Assert.Equal(1, _measured.One("runledger.flags orphan no_run"));
        Assert.Equal(2, _measured.One("runledger.flags stuck run"));
        Assert.Equal(0, _measured.One("runledger.recoveries stuck run"));
        await _ledger.Take(stuck.Heartbeat() with { OccurredAt = _time.GetUtcNow() });
        await _ledger.Take(orphan.Started());
        Assert.Equal(1, _measured.One("runledger.recoveries orphan no_run"));
        Assert.Equal(1, _measured.One("runledger.recoveries stuck run"));
    }

    [Fact]
    public async Task Retention_counts_what_it_moved_and_how_long_ago_it_came_to_its_end()
    {
        var run = Run();
        await _ledger.Take(run.Completed());
        _time.Advance(TimeSpan.FromDays(90));
        Assert.Equal(90 * 86_400, _measured.One("runledger.retention.age"));

        await ApplyRetention();
        Assert.Equal(1, _measured.One("runledger.retention.runs archived"));
        Assert.Equal(0, _measured.One("runledger.retention.age"));
        await _ledger.Take(run.Heartbeat() with { OccurredAt = _time.GetUtcNow() });
        Assert.Equal(1, _measured.One("runledger.observations RunHeartbeat late"));

        _time.Advance(TimeSpan.FromDays(10));
        await ApplyRetention();
        Assert.Equal(1, _measured.One("runledger.retention.runs purged"));
    }

    [Fact]
    public async Task An_archive_that_cannot_be_written_blocks_retention_and_does_not_count_as_its_end()
    {
        await _ledger.Take(Run().Completed());
        Assert.Equal(0, _measured.One("runledger.retention.blocked"));
        await File.WriteAllTextAsync(_folder, "in the way", TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromDays(91));

        await Assert.ThrowsAsync<ArchiveException>(ApplyRetention);

        Assert.Equal(1, _measured.One("runledger.retention.blocked"));
        Assert.Equal(91 * 86_400, _measured.One("runledger.retention.age"));
        File.Delete(_folder);
    }

    Task ApplyRetention() =>
        _ledger.Service<RetentionSweep>().Once(null, 4, null, TestContext.Current.CancellationToken);

    [Fact]
    public void Runs_are_counted_by_status_where_somebody_knows_how_many()
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = meters.GetRequiredService<IMeterFactory>();
        using var meter = new LedgerMeter(factory);
        using var measured = new Measured(factory);

        Assert.True(meter.RunsWanted);
        Assert.Empty(measured.All("runledger.runs stuck"));
        Assert.Empty(measured.All("runledger.runs.slow"));
        meter.Runs(new Dictionary<RunStatus, long> { [RunStatus.Stuck] = 3 }, slow: 2);
        Assert.Equal(2, measured.One("runledger.runs.slow"));
        Assert.Equal(3, measured.One("runledger.runs stuck"));
        Assert.Equal(0, measured.One("runledger.runs completed"));
        meter.Runs(null);
        Assert.Empty(measured.All("runledger.runs stuck"));
        Assert.Empty(measured.All("runledger.runs.slow"));
    }

    [Fact]
    public void A_contract_that_is_none_has_no_series_of_its_own()
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = meters.GetRequiredService<IMeterFactory>();
        using var meter = new LedgerMeter(factory);
        using var measured = new Measured(factory);

        meter.Observed(LedgerMeter.At("whatever a sender wrote"), Outcome.Rejected);
        meter.Observed(LedgerMeter.At(null), Outcome.Rejected);

        Assert.Equal(2, measured.One("runledger.observations unknown rejected"));
    }

    [Fact]
    public void Measuring_a_message_allocates_nothing()
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = meters.GetRequiredService<IMeterFactory>();
        using var meter = new LedgerMeter(factory);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == factory)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        listener.Start();
        Measure(meter);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var message = 0; message < 1_000; message++)
            Measure(meter);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Measure(LedgerMeter meter)
        {
            meter.Observed(LedgerMeter.At(Contract.RunStarted), Outcome.Recorded);
            meter.Lagged(TimeSpan.FromMilliseconds(3));
        }
    }
}
