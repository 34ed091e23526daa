using Microsoft.EntityFrameworkCore;
using RunLedger.Expectations;
using RunLedger.Scheduling;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Expectations;

/// <summary>What is expected, and what came of it.</summary>
sealed class ExpectationQueries(IDbContextFactory<LedgerDb> ledger, TimeProvider time)
{
    public const int MostSlots = 500;

    /// <summary>Of the runs of the slots of one answer.</summary>
    const int MostRuns = 5_000;
    const int MostRunsOfSlot = 100;
    const int MostExpectations = 1_000;

    /// <summary>How many expectations lack the run of the last slot that was judged.</summary>
    public const string MissingSql =
        """
        select count(*) from expectation e join missed_slot m on m.expectation = e.name and m.slot_at = e.judged_until
        where m.came_at is null
        """;

    const string Missing =
        """
        select expectation, slot_at from missed_slot m where came_at is null
          and slot_at = (select judged_until from expectation e where e.name = m.expectation)
        """;

    /// <summary>An alias is the run that it became.</summary>
    const string RunsSql =
        """
        select e.slot_at, coalesce(a.process_run_id, e.process_run_id), e.began_at, e.near_next, r.ended_at, r.status
        from expected_run e
        left join process_run_alias a on a.alias_id = e.process_run_id
        left join process_run_observation r on r.process_run_id = coalesce(a.process_run_id, e.process_run_id)
        where e.expectation = @name and e.slot_at >= @first and e.slot_at <= @last
        order by e.slot_at desc, e.began_at limit @most
        """;

    public async Task<IReadOnlyList<ExpectationAnswer>> List(CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var all = await sql.List(
            $"select {Expectation.Columns} from expectation order by name limit @most",
            Expectation.Read, cancellationToken, ("most", MostExpectations));
        var missing = (await sql.List(Missing, row => row.GetString(0), cancellationToken)).ToHashSet();
        var answers = new List<ExpectationAnswer>();
        foreach (var expected in all)
            answers.Add(await Answer(sql, expected, missing.Contains(expected.Name), cancellationToken));
        return answers;
    }

    public async Task<ExpectationAnswer?> Find(string name, CancellationToken cancellationToken) =>
        (await List(cancellationToken)).FirstOrDefault(expected => expected.Name == name);

    /// <summary>Null where there is no such expectation.</summary>
    /// <param name="name">The expectation.</param>
    /// <param name="before">Slots before; null for all until now.</param>
    /// <param name="limit">How many.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<SlotsAnswer?> Slots(
        string name, DateTime? before, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var expected = (await sql.List(
            $"select {Expectation.Columns} from expectation where name = @name",
            Expectation.Read, cancellationToken, ("name", name))).FirstOrDefault();
        if (expected is null)
            return null;
        var now = time.GetUtcNow().UtcDateTime;
        var calendar = expected.Calendar();
        var slots = Back(calendar, expected.ArmedAt, Earlier(before?.AddTicks(-1), now)).Take(limit).ToList();
        if (slots.Count == 0)
            return new([], null);
        var runs = (await sql.List(
            RunsSql,
            row => (Slot: row.GetTime(0), Run: new SlotRun
            {
                ProcessRunId = row.GetGuid(1),
                BeganAt = row.GetTime(2),
                EndedAt = row.TimeAt(4),
                Status = row.TextAt(5),
            }, NearNext: row.GetBoolean(3)),
            cancellationToken,
            ("name", name), ("first", slots[^1]), ("last", slots[0]), ("most", MostRuns)))
            .ToLookup(run => run.Slot, run => (run.Run, run.NearNext));
        var misses = (await sql.List(
            "select slot_at, missed_at, came_at from missed_slot "
            + "where expectation = @name and slot_at >= @first and slot_at <= @last",
            row => (Slot: row.GetTime(0), MissedAt: row.GetTime(1), CameAt: row.TimeAt(2)),
            cancellationToken,
            ("name", name), ("first", slots[^1]), ("last", slots[0]))).ToDictionary(miss => miss.Slot);
        var zone = CronSchedule.ZoneOf(expected.Zone);
        return new(
            [
                .. slots.Select(slot => SlotReading.Of(
                    expected, slot, zone, [.. runs[slot].DistinctBy(run => run.Run.ProcessRunId).Take(MostRunsOfSlot)],
                    misses.TryGetValue(slot, out var miss) ? (miss.MissedAt, miss.CameAt) : null, now)),
            ],
            slots.Count == limit ? slots[^1] : null);
    }

    async Task<ExpectationAnswer> Answer(
        LedgerSql sql, Expectation expected, bool missing, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var remarks = new List<string>();
        DateTime? next = null;
        try
        {
            var calendar = expected.Calendar();
            next = calendar.Next(now);
            remarks.AddRange(ExpectationBody.RemarksOf(expected, calendar, now));
        }
        catch (UnschedulableException e)
        {
            remarks.Add($"It is not judged: {e.Message}");
        }

        if (!await HasRuns(sql, expected, cancellationToken))
            remarks.Add($"No run of {expected.Candidate} is in the ledger: is that its code?");
        return new()
        {
            Name = expected.Name,
            Candidate = expected.Candidate,
            Cron = expected.Cron,
            Zone = expected.Zone,
            Grace = expected.Grace,
            Early = expected.Early,
            Longest = expected.Longest,
            MostRuns = expected.MostRuns,
            ArmedAt = expected.ArmedAt,
            ArmedBy = expected.ArmedBy,
            JudgedSlotAt = expected.JudgedUntil > expected.ArmedAt ? expected.JudgedUntil : null,
            Missing = missing,
            NextAt = next,
            Remarks = remarks,
        };
    }

    // A run that has a place is one of its candidates; before there is one, the candidates themselves are asked.
    static async Task<bool> HasRuns(LedgerSql sql, Expectation expected, CancellationToken cancellationToken)
    {
        if ((await sql.List(
            "select 1 from expected_run where expectation = @name limit 1", row => row.GetInt32(0), cancellationToken,
            ("name", expected.Name))).Count > 0)
            return true;
        return expected.IsPattern
            ? (await ExpectationSql.Candidates(sql, ExpectationJudge.MostCandidates, cancellationToken))
                .Any(expected.IsFor)
            : (await sql.List(
                "select 1 from process_run_observation where process_candidate_code = @candidate limit 1",
                row => row.GetInt32(0), cancellationToken, ("candidate", expected.Candidate))).Count > 0;
    }

    static IEnumerable<DateTime> Back(SlotCalendar calendar, DateTime armed, DateTime until)
    {
        for (var slot = calendar.AtOrBefore(until); slot >= armed; slot = calendar.AtOrBefore(slot.Value.AddTicks(-1)))
            yield return slot.Value;
    }

    static DateTime Earlier(DateTime? a, DateTime b) => a < b ? a.Value : b;
}
