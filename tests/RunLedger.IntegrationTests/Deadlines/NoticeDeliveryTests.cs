using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Deadlines;

/// <summary>
/// From the commit that says something of a run to the message that tells it, with a process that dies in between.
/// </summary>
public sealed class NoticeDeliveryTests
{
    const int Slice = 20;

    [Fact]
    public async Task What_was_committed_and_not_sent_by_a_process_that_was_killed_is_sent_by_the_next_in_order()
    {
        await using var site = await LedgerSite.Create();
        await using var inbox = await NoticeInbox.Open(site.Broker);
        // Known only from a step, so they are orphans too.
        var (started, stepped) = (DueRuns.Started(40), DueRuns.Started(40)
            .ConvertAll(run => run with { Contract = "StepStarted", ComponentId = Guid.CreateVersion7() }));
        List<Sent> runs = [.. started, .. stepped];
        await DueRuns.Store(site, runs);
        // It sends and does not come to delete what it sent.
        await using var gate = await Gate.Close(
            site.Database, "after delete on scheduled_message for each row when (old.run_id is not null)");
        var ledger = await site.Start(
            Gate.Patient(site, new(DueRuns.Sweeping) { ["RunLedger__ScheduleSlice"] = $"{Slice}" }));
        await gate.Holds(1, () => site.Output);
        await Committed(site, started.Count + (2 * stepped.Count));
        await site.Publisher.Send([.. started.Take(20).Select(Alive), .. stepped.Take(20).Select(Alive)]);
        await Committed(site, started.Count + (2 * stepped.Count) + 40);

        await ledger.Kill();
        await gate.Open();
        await inbox.CatchUp();

        Assert.InRange(inbox.Told.Count, 1, 2 * Slice);
        // With limits that nothing passes, or it would say more.
        await site.Start();
        await Eventually.Async(
            async () =>
                await DueRuns.Unsent(site.Database) is > 0 and var unsent ? $"{unsent} notices are not sent" : null,
            TimeSpan.FromSeconds(90), () => site.Output);
        await site.Stop();
        await inbox.CatchUp();
        var said = await Said(site);
        Assert.Equal(runs.Count, said.Count);
        Assert.Equal(said, inbox.Told.GroupBy(notice => notice.RunId)
            .Select(run => $"{run.Key}: {string.Join(", ", run)}").Order(StringComparer.Ordinal));
        Assert.True(inbox.Arrived.Count > inbox.Told.Count, "The one that died had deleted what it sent.");
        Assert.Empty(await LedgerRows.Rejected(site.Database));
    }

    static Sent Alive(Sent run) => new("RunStarted", run.RunId, TimeProvider.System.GetUtcNow());

    static Task Committed(LedgerSite site, int notices) => Eventually.Async(
        async () => await DueRuns.Unsent(site.Database) is var there && there != notices
            ? $"{there} notices, not {notices}"
            : null,
        TimeSpan.FromSeconds(90),
        () => site.Output);

    /// <summary>A line per run: what its evidence says was said of it, in order.</summary>
    static Task<List<string>> Said(LedgerSite site) => site.List(
        """
        select format('%s: %s', process_run_id, string_agg(format('%s %s', told, left(at, 26)), ', '
          order by at, n)) as line
        from (
          select process_run_id, case flag ->> 'flag' when 'stuck' then 'RunStuck' else 'RunOrphaned' end as told,
            flag ->> 'flaggedAt' as at, n
          from process_run_observation, jsonb_array_elements(evidence_ref -> 'flags') with ordinality flags (flag, n)
          union all
          select distinct process_run_id, 'RunRecovered', flag ->> 'recoveredAt', 9
          from process_run_observation, jsonb_array_elements(evidence_ref -> 'flags') flag
            where flag ? 'recoveredAt') said
        group by process_run_id order by process_run_id::text collate "C"
        """);
}
