using Npgsql;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>Runs that are in the ledger and passed their limit, before anybody sweeps.</summary>
static class DueRuns
{
    /// <summary>Services whose runs pass their limits at once, and which do not look for it.</summary>
    public static readonly Dictionary<string, string> Unswept = new()
    {
        ["RunLedger__Deadlines__Default__Run"] = "00:00:01",
        ["RunLedger__Deadlines__Default__OrphanGrace"] = "00:00:01",
        ["RunLedger__Deadlines__Policies__0__Candidate"] = Patient,
        ["RunLedger__Deadlines__Policies__0__Run"] = "10.00:00:00",
    };

    /// <summary>Services that do look for it.</summary>
    public static readonly Dictionary<string, string> Sweeping = new(Unswept)
    {
        ["RunLedger__Deadlines__SweepEvery"] = "00:00:01",
    };

    /// <summary>A candidate whose runs are not stuck for days.</summary>
    public const string Patient = "PROC-CAND:dot:patient";

    /// <summary>So many runs that started hours ago, one second after the other.</summary>
    public static List<Sent> Started(int count)
    {
        var first = TimeProvider.System.GetUtcNow().AddHours(-3);
        return [.. Enumerable.Range(0, count)
            .Select(n => new Sent("RunStarted", Guid.CreateVersion7(), first.AddSeconds(n)))];
    }

    /// <summary>They are in the ledger, and no service runs.</summary>
    public static async Task Store(LedgerSite site, IReadOnlyList<Sent> stream)
    {
        var ledger = await site.Start(Unswept);
        await site.Publisher.Send(stream);
        var runs = stream.Select(sent => sent.RunId).Distinct().Count();
        await Eventually.Async(
            async () => await Count(site.Database, "deadline_at <= now()") is var due && due < runs
                ? $"{due} of {runs} are due"
                : null,
            TimeSpan.FromSeconds(90),
            () => ledger.Output);
        await ledger.Stop();
    }

    /// <summary>
    /// What a sweep has found and did not live to ask about is found again minutes later: now. What is asked about just
    /// now is asked again.
    /// </summary>
    public static async Task EndLeases(NpgsqlDataSource database)
    {
        await using var end = database.CreateCommand(
            """
            update process_run_observation set deadline_at = now() where process_run_id in
              (select process_run_id from process_run_observation where status = 'started' and deadline_at is not null
               for update skip locked)
            """);
        await end.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// Every run is stuck by one flag and one message, when nothing is under way any more and every service has
    /// stopped.
    /// </summary>
    public static async Task AreFlaggedOnce(LedgerSite site, IReadOnlyCollection<Sent> runs, NoticeInbox inbox)
    {
        await Eventually.Async(
            async () =>
            {
                var stuck = await Count(site.Database, "status = 'stuck'");
                var (unsent, asked) = (await Unsent(site.Database), await site.Publisher.Waiting(LedgerSite.Queue));
                return (stuck, unsent, asked) == (runs.Count, 0, 0)
                    ? null
                    : $"{stuck} of {runs.Count} are stuck, {unsent} notices are not sent, {asked} messages wait";
            },
            TimeSpan.FromSeconds(120),
            () => site.Output);
        await site.Stop();
        await inbox.CatchUp();

        Assert.Equal(
            runs.Count,
            await Count(site.Database, "status = 'stuck' and jsonb_array_length(evidence_ref -> 'flags') = 1"));
        Assert.Equal(0, await Unsent(site.Database));
        Assert.All(inbox.Told, notice => Assert.Equal("RunStuck", notice.Contract));
        Assert.Equal(runs.Select(run => run.RunId).Order(), inbox.Told.Select(notice => notice.RunId).Order());
        Assert.Empty(await LedgerRows.Rejected(site.Database));
        Assert.Equal(0u, await site.Publisher.Waiting(LedgerSite.ErrorQueue));
    }

    public static async Task<long> Count(NpgsqlDataSource database, string where)
    {
        await using var count = database.CreateCommand($"select count(*) from process_run_observation where {where}");
        return (long)(await count.ExecuteScalarAsync())!;
    }

    /// <summary>Notices that are committed and not known to be sent.</summary>
    public static async Task<long> Unsent(NpgsqlDataSource database)
    {
        await using var count = database.CreateCommand(
            "select count(*) from scheduled_message where run_id is not null");
        return (long)(await count.ExecuteScalarAsync())!;
    }
}
