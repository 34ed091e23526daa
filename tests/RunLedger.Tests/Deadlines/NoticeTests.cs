using MassTransit.Testing;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Deadlines;

/// <summary>Sweeps by the ledger's own schedule, and what it tells others.</summary>
public sealed class NoticeTests : IAsyncLifetime
{
    readonly FakeTimeProvider _time = new(Some.Noon);
    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync() =>
        _ledger = await LedgerHarness.Start(_time, options => options.Deadlines.SweepEvery = TimeSpan.FromSeconds(5));

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stuck_run_is_found_by_itself_and_told_and_so_is_its_recovery(bool amongMany)
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());

        _time.Advance(TimeSpan.FromHours(1));
        var stuck = await Told<RunStuck>(run);
        await _ledger.Take(amongMany ? new RunObservations { Observations = [run.Completed()] } : run.Completed());
        var recovered = await Told<RunRecovered>(run);

        Assert.Equal(RunStatus.Completed, (await _ledger.Row(run.Id)).Status);
        Assert.Equal("It started and has not ended within 01:00:00.", stuck.Reason);
        Assert.Equal((run.Candidate, run.Start), (stuck.ProcessCandidateCode, stuck.LastObservedAt));
        Assert.Equal("RunCompleted was received.", recovered.Reason);
    }

    [Fact]
    public async Task An_orphan_is_told()
    {
        var run = Some.Run();
        var parent = Guid.CreateVersion7();
        await _ledger.Take(run.Started() with { ParentRunId = parent });

        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal($"Its parent {parent} was not observed within 00:05:00.", (await Told<RunOrphaned>(run)).Reason);
    }

    // The sweep, the machine and the dispatcher each take a moment; the clock goes on in the meantime.
    async Task<T> Told<T>(Some run)
        where T : LedgerNotice
    {
        for (var tries = 0; tries < 100; tries++)
        {
            var told = _ledger.Bus.Published.Select<T>(TestContext.Current.CancellationToken)
                .Select(published => published.Context.Message).FirstOrDefault(notice => notice.ProcessRunId == run.Id);
            if (told is not null)
                return told;
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(
                TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"No {typeof(T).Name} was published.");
    }
}
