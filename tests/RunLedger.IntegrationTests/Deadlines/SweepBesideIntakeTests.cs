using RunLedger.Deadlines;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Deadlines;

/// <summary>What comes in while there is much to sweep.</summary>
public sealed class SweepBesideIntakeTests
{
    [Fact]
    public async Task Observations_are_committed_while_a_sweep_is_in_the_middle_of_thousands_of_runs()
    {
        await using var site = await LedgerSite.Create();
        await using var inbox = await NoticeInbox.Open(site.Broker);
        var runs = DueRuns.Started(3_000);
        await DueRuns.Store(site, runs);
        // The longest due are found first: this one is in the third slice.
        var middle = runs[(int)(2.5 * DeadlineSweep.SliceSize)].RunId;
        await using var gate = await Gate.Close(
            site.Database,
            $"after update on process_run_observation for each row when (new.process_run_id = '{middle}')");
        await site.Start(Gate.Patient(site, DueRuns.Sweeping));
        await gate.Holds(1, () => site.Output);
        var at = TimeProvider.System.GetUtcNow();
        List<Sent> ended = [.. runs.TakeLast(100)];
        List<Sent> fresh = [.. Enumerable.Range(0, 400)
            .Select(_ => new Sent("RunStarted", Guid.CreateVersion7(), at) { Candidate = DueRuns.Patient })];

        await site.Publisher.Send([.. fresh, .. ended.Select(run => run with { Contract = "RunCompleted", At = at })]);

        // None waits for the sweep, not even what is about runs that it is yet to find.
        await Eventually.Async(
            async () =>
            {
                var began = await DueRuns.Count(site.Database, $"process_candidate_code = '{DueRuns.Patient}'");
                var done = await DueRuns.Count(site.Database, "status = 'completed'");
                return (began, done) == (fresh.Count, ended.Count) ? null : $"{began} have begun and {done} have ended";
            },
            TimeSpan.FromSeconds(90),
            () => site.Output);
        Assert.Equal(1, await DueRuns.Count(site.Database, $"process_run_id = '{middle}' and deadline_at <= now()"));
        Assert.Equal(
            runs.Count - (2 * DeadlineSweep.SliceSize) - ended.Count,
            await DueRuns.Count(site.Database, "deadline_at <= now()"));
        await gate.Open();
        await DueRuns.AreFlaggedOnce(site, [.. runs.SkipLast(ended.Count)], inbox);
    }
}
