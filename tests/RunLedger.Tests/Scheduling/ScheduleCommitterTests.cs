using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Batching;
using RunLedger.Scheduling;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Testing.Stores;

namespace RunLedger.Tests.Scheduling;

/// <summary>What becomes of commands whose store cannot take them.</summary>
public sealed class ScheduleCommitterTests : IAsyncLifetime
{
    static readonly ScheduledRow Row = new()
    {
        Token = Guid.CreateVersion7(),
        DueAt = Some.Noon.UtcDateTime,
        SentAt = Some.Noon.UtcDateTime,
        MessageTypes = "urn:message:Some:Thing",
        MessageId = Guid.CreateVersion7(),
    };

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly FakeTimeProvider _time = new(Some.Noon);
    readonly Host _host = new();
    readonly SqliteTestStore _store = new();
    Failing _failing = null!;
    ScheduleCommitter _committer = null!;

    public ValueTask InitializeAsync()
    {
        _failing = new Failing(_store.Schedule);
        _committer = new ScheduleCommitter(
            _failing,
            new DispatchSignal(),
            new RunLedgerOptions(),
            _time,
            NullLogger<ScheduleCommitter>.Instance,
            _host);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _committer.DisposeAsync();
        await _store.DisposeAsync();
        _host.Dispose();
    }

    [Fact]
    public async Task A_database_that_is_away_is_waited_for()
    {
        _failing.Away = 5;

        var scheduling = _committer.Schedule(Row);
        while (!scheduling.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await scheduling;
        Assert.Equal([$"{Row.Token}"], await _store.Query("select token from scheduled_message"));
    }

    [Fact]
    public async Task A_process_that_stops_while_the_database_is_away_gives_commands_back()
    {
        _failing.Away = int.MaxValue;

        var scheduling = _committer.Schedule(Row);
        await _host.Stop();
        while (!scheduling.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Assert.ThrowsAsync<RequeueException>(() => scheduling);
    }

    [Fact]
    public async Task A_committer_without_a_host_that_is_disposed_while_the_database_is_away_gives_commands_back()
    {
        _failing.Away = int.MaxValue;
        var alone = new ScheduleCommitter(
            _failing, new DispatchSignal(), new RunLedgerOptions(), _time, NullLogger<ScheduleCommitter>.Instance);

        var scheduling = alone.Schedule(Row);
        var disposing = alone.DisposeAsync().AsTask();
        while (!disposing.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Assert.ThrowsAsync<RequeueException>(() => scheduling);
    }

    [Fact]
    public async Task A_fault_that_nobody_foresaw_fails_what_it_met_and_the_next_are_stored()
    {
        _failing.Away = 1;
        await using var committer = new ScheduleCommitter(
            _failing, new DispatchSignal(), new RunLedgerOptions(), _time, new FullDisk(), _host);

        await Assert.ThrowsAsync<IOException>(() => committer.Schedule(Row).WaitAsync(Patience));
        await committer.Schedule(Row).WaitAsync(Patience);

        Assert.Equal([$"{Row.Token}"], await _store.Query("select token from scheduled_message"));
    }

    [Fact]
    public async Task One_that_the_database_refuses_fails_alone()
    {
        var bad = Row with { Token = Guid.CreateVersion7() };
        _failing.Refused = bad.Token;
        // The first is on the wire while the others gather.
        Task[] good =
            [.. Enumerable.Range(0, 20).Select(_ => _committer.Schedule(Row with { Token = Guid.CreateVersion7() }))];
        var refused = _committer.Schedule(bad);
        Task[] more =
            [.. Enumerable.Range(0, 20).Select(_ => _committer.Schedule(Row with { Token = Guid.CreateVersion7() }))];

        await Task.WhenAll([.. good, .. more]);

        await Assert.ThrowsAsync<FormatException>(() => refused);
        Assert.Equal(40, (await _store.Query("select token from scheduled_message")).Count);
    }

    [Fact]
    public async Task Commands_about_one_token_are_taken_in_their_order()
    {
        List<Task> all = [];
        for (var time = 0; time < 10; time++)
        {
            all.Add(_committer.Schedule(Row with { SentAt = Row.SentAt.AddSeconds(time) }));
            all.Add(_committer.Cancel(new ScheduleCancellation(Row.Token, Row.SentAt.AddSeconds(time))));
        }

        all.Add(_committer.Schedule(Row with { SentAt = Row.SentAt.AddSeconds(10), Destination = "queue:last" }));

        await Task.WhenAll(all);

        Assert.Equal(["queue:last|"], await _store.Query("select destination, cancelled_at from scheduled_message"));
    }

    /// <summary>A log that cannot be written.</summary>
    sealed class FullDisk : ILogger<ScheduleCommitter>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => throw new IOException("No space left on device");
    }

    /// <summary>A store with faults.</summary>
    sealed class Failing(IScheduleStore store) : IScheduleStore
    {
        public int Away { get; set; }
        public Guid Refused { get; set; }

        public Task Write(ScheduleChanges changes, DateTime now, CancellationToken cancellationToken)
        {
            if (Away-- > 0)
                throw new StoreException(StoreFault.Unavailable, new IOException("away"));
            return changes.Rows.Any(row => row.Token == Refused)
                ? throw new StoreException(StoreFault.Data, new FormatException("refused"))
                : store.Write(changes, now, cancellationToken);
        }

        public Task<IScheduleClaim> Claim(
            DateTime now, int limit, ClaimFilter which, CancellationToken cancellationToken) =>
            store.Claim(now, limit, which, cancellationToken);

        public Task<DateTime?> NextDue(ClaimFilter which, CancellationToken cancellationToken) =>
            store.NextDue(which, cancellationToken);

        public Task Register(IReadOnlyCollection<ScheduledRow> recurring, CancellationToken cancellationToken) =>
            store.Register(recurring, cancellationToken);

        public Task Forget(DateTime now, CancellationToken cancellationToken) => store.Forget(now, cancellationToken);
    }

    sealed class Host : IHostApplicationLifetime, IDisposable
    {
        readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => default;
        public CancellationToken ApplicationStopping => _stopping.Token;
        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => _stopping.Cancel();

        public Task Stop() => _stopping.CancelAsync();

        public void Dispose() => _stopping.Dispose();
    }
}
