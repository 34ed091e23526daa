using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Batching;
using RunLedger.Storage.Rows;
using RunLedger.Storage.Sqlite;
using RunLedger.Telemetry;
using RunLedger.Testing;
using RunLedger.Testing.Stores;
using SQLitePCL;
using Xunit;

namespace RunLedger.Tests.Storage;

/// <summary>A ledger whose database fails it.</summary>
public sealed class StoreFaultTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_ledger_without_a_host_ends_while_its_database_is_away_and_gives_its_messages_back()
    {
        using var away = new LedgerStore("/nowhere/run-ledger.db");
        var ledger = new FoldingLedger(away);
        var waiting = ledger.Commit(Some.Run().Started());

        await ledger.DisposeAsync().AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<RequeueException>(() => waiting);
        await Assert.ThrowsAsync<RequeueException>(() => ledger.Commit(Some.Run().Started()));
    }

    [Fact]
    public async Task A_message_that_comes_back_while_the_process_stops_is_held_so_that_it_does_not_go_round_and_round()
    {
        using var away = new LedgerStore("/nowhere/run-ledger.db");
        var host = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        var time = new WatchedTime();
        using var meter = new LedgerMeter();
        await using var committer = new GroupCommitter(
            away, new RunLedgerOptions(), time, NullLogger<GroupCommitter>.Instance, meter, host);
        host.StopApplication();

        var again = committer.Reject(new RejectedRow { RejectedId = Guid.CreateVersion7() });
        await Task.WhenAny(again, time.Awaited).WaitAsync(Limit, TestContext.Current.CancellationToken);

        Assert.False(again.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<RequeueException>(() => again.WaitAsync(Limit));
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_fails_one_batch_and_not_the_ledger()
    {
        using var away = new LedgerStore("/nowhere/run-ledger.db");
        var time = new FakeTimeProvider();
        using var meter = new LedgerMeter();
        await using var committer = new GroupCommitter(away, new RunLedgerOptions(), time, new FullDisk(), meter);

        for (var batch = 0; batch < 2; batch++)
        {
            // An outage is logged once a minute.
            time.Advance(TimeSpan.FromMinutes(1));
            await Assert.ThrowsAsync<IOException>(
                () => committer.Reject(new RejectedRow()).WaitAsync(Limit, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_transaction_that_cannot_be_rolled_back_does_not_lock_the_next_one_out()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var writer = new SemaphoreSlim(0, 1);
        var batch = new LedgerBatch(connection, connection.BeginTransaction(), writer);
        raw.sqlite3_set_authorizer(connection.Handle, (_, action, what, _, _, _) =>
            action == raw.SQLITE_TRANSACTION && what.utf8_to_string() == "ROLLBACK" ? raw.SQLITE_DENY : raw.SQLITE_OK,
            null);

        await batch.DisposeAsync();

        Assert.Equal(1, writer.CurrentCount);
        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
    }

    /// <summary>Says when somebody waits for it.</summary>
    sealed class WatchedTime : FakeTimeProvider
    {
        readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Awaited => _awaited.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _awaited.TrySetResult();
            return timer;
        }
    }

    sealed class FullDisk : ILogger<GroupCommitter>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            throw new IOException("The disk is full.");
    }
}
