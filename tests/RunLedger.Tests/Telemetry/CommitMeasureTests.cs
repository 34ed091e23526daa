using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RunLedger.Batching;
using RunLedger.Intake;
using RunLedger.Storage.Sqlite;
using RunLedger.Telemetry;
using RunLedger.Testing;
using RunLedger.Testing.Stores;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Telemetry;

/// <summary>What a group commit measures and traces.</summary>
public sealed class CommitMeasureTests : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly SqliteTestStore _store = new();
    readonly LedgerMeter _meter;
    readonly Measured _measured;
    readonly FoldingLedger _ledger;

    public CommitMeasureTests()
    {
        var factory = _meters.GetRequiredService<IMeterFactory>();
        _meter = new LedgerMeter(factory);
        _measured = new Measured(factory);
        _ledger = new FoldingLedger(_store.Ledger, meter: _meter);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _measured.Dispose();
        _meter.Dispose();
        await _store.DisposeAsync();
        await _meters.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_says_how_many_messages_it_had_and_how_long_it_took()
    {
        await _ledger.Together(Some.Run().Started(), Some.Run().Started(), Some.Run().Started());

        Assert.Equal([1, 3], _measured.All("runledger.commit.batch.size"));
        Assert.Equal(2, _measured.All("runledger.commit.duration").Count);
        Assert.All(
            _measured.All("runledger.commit.duration"),
            took => Assert.InRange(took, double.Epsilon, Limit.TotalSeconds));
        Assert.Equal(0, _measured.One("runledger.commit.failures data"));
    }

    [Fact]
    public async Task A_message_that_fails_alone_is_counted_as_failed_and_its_neighbours_as_recorded()
    {
        await _ledger.Together(() =>
        [
            _ledger.Commit(Some.Run().Started()),
            Assert.ThrowsAsync<InvalidOperationException>(
                () => _ledger.Commit(Some.Run().Completed(), _ => throw new InvalidOperationException("no"))),
        ]);

        Assert.Equal(1, _measured.One("runledger.observations RunCompleted failed"));
        Assert.Equal(0, _measured.One("runledger.observations RunCompleted recorded"));
        Assert.Equal(1, _measured.One("runledger.observations RunStarted recorded"));
        Assert.Equal([1, 1], _measured.All("runledger.commit.batch.size"));
    }

    [Fact]
    public async Task A_database_that_is_away_is_a_failure_of_each_attempt_and_what_waited_for_it_is_given_back()
    {
        using var away = new LedgerStore("/nowhere/run-ledger.db");
        var ledger = new FoldingLedger(away, meter: _meter);
        var waiting = ledger.Commit(Some.Run().Started());
        var clock = Stopwatch.StartNew();
        while (_measured.One("runledger.commit.failures away") < 2)
        {
            Assert.True(clock.Elapsed < Limit, "The attempts are not counted.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await ledger.DisposeAsync();

        await Assert.ThrowsAsync<RequeueException>(() => waiting);
        Assert.Equal(1, _measured.One("runledger.observations RunStarted given_back"));
        Assert.Empty(_measured.All("runledger.commit.duration"));
    }

    [Fact]
    public async Task What_is_tried_another_way_when_it_fails_is_not_counted_as_given_back()
    {
        using var away = new LedgerStore("/nowhere/run-ledger.db");
        var options = new RunLedgerOptions();
        var committer = new GroupCommitter(
            away, options, TimeProvider.System, NullLogger<GroupCommitter>.Instance, _meter);
        Assert.True(new ObservationValidator(options, TimeProvider.System)
            .TryValidate(Some.Run().Started(), out var observation, out _));
        var failed = new TaskCompletionSource<Exception?>();

        committer.Commit(new PendingMessage(
            observation, _ => Task.CompletedTask, _ => null!, settle: (_, fault) => failed.SetResult(fault))
        {
            GoesOn = true,
        });
        await committer.DisposeAsync();

        Assert.IsType<RequeueException>(await failed.Task.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Equal(0, _measured.One("runledger.observations RunStarted given_back"));
    }

    [Fact]
    public async Task A_commit_is_a_span_of_its_own_with_links_to_the_messages_in_it()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is RunLedgerRegistration.Telemetry or nameof(CommitMeasureTests),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                    spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource(nameof(CommitMeasureTests));
        var sent = new List<ActivityContext>();

        await _ledger.Together(() => new[] { Some.Run().Started(), Some.Run().Started() }.Select(message =>
        {
            using var sending = source.StartActivity("send")!;
            sent.Add(sending.Context);
            return _ledger.Commit(message);
        }));

        // Other tests have ledgers too.
        Activity commit;
        lock (spans)
            commit = Assert.Single(spans, span => span.Links.Any(link => link.Context == sent[0]));
        Assert.Equal(sent, commit.Links.Select(link => link.Context));
        Assert.Equal(default, commit.ParentSpanId);
        Assert.DoesNotContain(commit.TraceId, sent.Select(one => one.TraceId));
        Assert.Equal(2, commit.GetTagItem("runledger.commit.batch.size"));
        Assert.Equal(ActivityStatusCode.Unset, commit.Status);
    }
}
