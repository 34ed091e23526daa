using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Client.Sending;
using RunLedger.Contracts;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Client;

/// <summary>What becomes of what is reported while the ledger is there, is away, or never answers.</summary>
public sealed class SenderTests : IDisposable
{
    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-spool-{Guid.CreateVersion7()}");
    readonly HeldTransport _ledger = new();

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        else
            File.Delete(_folder);
    }

    [Fact]
    public async Task Reporting_needs_nobody_who_sends()
    {
        // Not started: nothing but memory is there to be touched.
        await using var host = new ClientHost(_ledger, configure: options => options.SpoolDirectory = _folder);

        for (var n = 0; n < 1_000; n++)
            await host.Reporter.Run("P", run => run.Step("load", _ => Task.CompletedTask));

        Assert.Equal(0, _ledger.Asked);
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task A_ledger_that_never_answers_holds_nobody_up_and_the_oldest_go()
    {
        _ledger.Hangs = true;
        await using var host = await ClientHost.Start(
            _ledger, configure: options => (options.BufferSize, options.FlushLimit) = (100, TimeSpan.Zero));

        for (var n = 0; n < 1_000; n++)
            await host.Reporter.Run("P", _ => Task.CompletedTask);
        await host.Stop();

        Assert.InRange(host.Sender.Lost, 1_000, 2_000);
        Assert.Contains(
            host.Logged.Lines,
            line => line.Contains("were not sent before the host stopped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_waits_in_memory_is_sent_in_order_when_the_ledger_is_back()
    {
        var time = new FakeTimeProvider(Some.Noon);
        _ledger.Away = true;
        await using var host = await ClientHost.Start(_ledger, time);
        var runs = await Report(host, 20);
        await _ledger.Missed();

        _ledger.Away = false;
        await Advance(time, 40);

        Assert.Equal(runs, (await _ledger.Has(40)).OfType<RunStarted>().Select(run => run.ProcessRunId));
        Assert.Equal(0, host.Sender.Lost);
        Assert.Single(
            host.Logged.Lines,
            line => line.StartsWith("Runs cannot be reported: It is away.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_pause_is_one_more_attempt_and_not_the_rest_of_the_pause()
    {
        // This clock stands still: the pause would never end.
        var time = new PauseWatch();
        _ledger.Away = true;
        await using var host = await ClientHost.Start(_ledger, time, options => options.SpoolDirectory = _folder);
        await Report(host, 1);
        await time.Paused.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        _ledger.Away = false;
        await host.Stop();

        Assert.Equal(2, _ledger.Taken.Count);
    }

    [Fact]
    public async Task What_was_dropped_is_counted_and_said_once()
    {
        var time = new FakeTimeProvider(Some.Noon);
        _ledger.Away = true;
        await using var host = await ClientHost.Start(_ledger, time, options => options.BufferSize = 10);
        await Report(host, 1);
        await _ledger.Missed();
        await Report(host, 500);

        _ledger.Away = false;
        await Advance(time, 2);
        await host.Stop();

        Assert.Equal(1_002, _ledger.Taken.Count + host.Sender.Lost);
        Assert.True(host.Sender.Lost > 0);
        Assert.Single(
            host.Logged.Lines,
            line => line.Contains("were dropped because there was no room", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_spool_outlives_its_process_and_is_sent_in_order_by_the_next()
    {
        _ledger.Away = true;
        List<Guid> runs = [];
        for (var process = 0; process < 3; process++)
        {
            await using var host = await ClientHost.Start(
                _ledger, configure: options => options.SpoolDirectory = _folder);
            runs.AddRange(await Report(host, 50));
            await host.Stop();
        }

        Assert.Empty(_ledger.Taken);
        _ledger.Away = false;
        await using var last = await ClientHost.Start(_ledger, configure: options => options.SpoolDirectory = _folder);
        runs.AddRange(await Report(last, 1));
        await _ledger.Has(302);
        await last.Stop();

        Assert.Equal(runs, _ledger.Taken.OfType<RunStarted>().Select(run => run.ProcessRunId));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Two_processes_share_a_folder_and_send_what_is_theirs()
    {
        var (one, two) = (new HeldTransport { Away = true }, new HeldTransport { Away = true });
        await using var first = await ClientHost.Start(one, configure: options => options.SpoolDirectory = _folder);
        await using var second = await ClientHost.Start(two, configure: options => options.SpoolDirectory = _folder);
        var (mine, yours) = (await Report(first, 30), await Report(second, 30));
        await one.Missed();
        await two.Missed();

        one.Away = two.Away = false;
        await one.Has(60);
        await two.Has(60);

        Assert.Equal(mine, one.Taken.OfType<RunStarted>().Select(run => run.ProcessRunId));
        Assert.Equal(yours, two.Taken.OfType<RunStarted>().Select(run => run.ProcessRunId));
    }

    [Fact]
    public async Task A_record_that_was_cut_is_passed_over_and_counted()
    {
        var run = new RunStarted
        {
            ProcessRunId = Guid.CreateVersion7(),
            ProcessCandidateCode = "P",
            CorrelationId = "c",
            SourceSystem = SourceSystems.DotRuntime,
            OccurredAt = Some.Noon,
        };
        var line = Encoding.UTF8.GetString(ObservationLine.Serialize(new OutboxEntry(run, null)));
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(
            Path.Combine(_folder, $"{Guid.CreateVersion7():N}.spool"),
            $"{line}\nrubbish\n{line}\n{line[..40]}",
            TestContext.Current.CancellationToken);

        await using var host = await ClientHost.Start(_ledger, configure: options => options.SpoolDirectory = _folder);
        await _ledger.Has(2);
        await host.Stop();

        Assert.Equal(2, host.Sender.Lost);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_spool_that_is_full_drops_the_oldest_and_counts_them()
    {
        var lines = Enumerable.Range(0, 3_000)
            .Select(n => (ReadOnlyMemory<byte>)ObservationLine.Serialize(new OutboxEntry(
                new RunHeartbeat
                {
                    ProcessRunId = Guid.CreateVersion7(),
                    ProcessCandidateCode = $"P{n}",
                    CorrelationId = "c",
                    SourceSystem = SourceSystems.DotRuntime,
                    OccurredAt = Some.Noon,
                },
                null)))
            .ToList();
        using var spool = new Spool(_folder, 64 * 1024);

        foreach (var chunk in lines.Chunk(100))
            spool.Append(chunk);

        Assert.InRange(new DirectoryInfo(_folder).GetFiles().Sum(file => file.Length), 1, 64 * 1024);
        var left = new List<ReadOnlyMemory<byte>>();
        while (spool.Peek(70) is { Count: > 0 } some)
        {
            left.AddRange(some);
            spool.Remove(some.Count);
        }

        Assert.Equal(3_000, left.Count + spool.Dropped);
        Assert.Equal(
            lines.TakeLast(left.Count).Select(line => Encoding.UTF8.GetString(line.Span)),
            left.Select(line => Encoding.UTF8.GetString(line.Span)));
        Assert.True(spool.IsEmpty);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_is_said_and_memory_serves()
    {
        await File.WriteAllTextAsync(_folder, "in the way", TestContext.Current.CancellationToken);
        await using var host = await ClientHost.Start(_ledger, configure: options => options.SpoolDirectory = _folder);

        await Report(host, 3);
        await _ledger.Has(6);

        Assert.Contains(
            host.Logged.Lines,
            line => line.StartsWith($"Observations cannot be spooled to {_folder}", StringComparison.Ordinal));
    }

    static async Task<List<Guid>> Report(ClientHost host, int runs)
    {
        var ids = new List<Guid>();
        for (var n = 0; n < runs; n++)
        {
            await host.Reporter.Run("P", run =>
            {
                ids.Add(run.Id);
                return Task.CompletedTask;
            });
        }

        return ids;
    }

    // Each pause of the sender in turn.
    async Task Advance(FakeTimeProvider time, int taken)
    {
        var clock = Stopwatch.StartNew();
        while (_ledger.Taken.Count < taken)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{_ledger.Taken.Count} of {taken} were taken.");
            time.Advance(TimeSpan.FromSeconds(15));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Knows when the sender begins to wait before its next attempt.</summary>
    sealed class PauseWatch : FakeTimeProvider
    {
        public TaskCompletionSource Paused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == TimeSpan.FromMilliseconds(200))
                Paused.TrySetResult();
            return timer;
        }
    }
}
