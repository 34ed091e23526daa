using Microsoft.EntityFrameworkCore;
using RunLedger.Expectations;
using RunLedger.Scheduling;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Expectations;

/// <summary>What came of the slots of an expectation.</summary>
sealed class SlotQueries(IDbContextFactory<LedgerDb> ledger, RunLedgerOptions options, TimeProvider time)
{
    const int MostRunsOfSlot = 100;

    /// <summary>An alias is the run that it became.</summary>
    const string RunsSql =
        """
        select e.slot_at, coalesce(a.process_run_id, e.process_run_id), e.began_at, e.near_next, r.ended_at, r.status
        from (
          select slot_at, process_run_id, began_at, near_next,
            row_number() over (partition by slot_at order by began_at, process_run_id) as place
          from expected_run where expectation = @name and slot_at >= @first and slot_at <= @last) e
        left join process_run_alias a on a.alias_id = e.process_run_id
        left join process_run_observation r on r.process_run_id = coalesce(a.process_run_id, e.process_run_id)
        where e.place <= @most order by e.slot_at, e.place
        """;

    /// <summary>Null where there is no such expectation.</summary>
    /// <param name="name">The expectation.</param>
    /// <param name="before">Slots before; null for all until now.</param>
    /// <param name="limit">How many.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<SlotsAnswer?> Find(
        string name, DateTime? before, int limit, CancellationToken cancellationToken) =>
        (await Find([name], before, limit, cancellationToken)).GetValueOrDefault(name);

    /// <summary>Those of several; of what is no expectation there are none.</summary>
    /// <inheritdoc cref="Find(string, DateTime?, int, CancellationToken)"/>
    public async Task<Dictionary<string, SlotsAnswer>> Find(
        IReadOnlyCollection<string> names, DateTime? before, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var all = (await sql.List(
            $"select {Expectation.Columns} from expectation where {sql.IsOneOf("name", "@names")}",
            Expectation.Read, cancellationToken, ("names", names.ToArray())))
            .ConvertAll(expected => (Expected: expected, Slots: Back(expected, before, now).Take(limit).ToList()));
        // One after another: of all at once the planner makes a reading of all runs.
        var answers = new Dictionary<string, SlotsAnswer>();
        foreach (var (expected, slots) in all)
            answers.Add(expected.Name, await Answer(sql, expected, slots, limit, now, cancellationToken));
        return answers;
    }

    static async Task<SlotsAnswer> Answer(
        LedgerSql sql, Expectation expected, List<DateTime> slots, int limit, DateTime now,
        CancellationToken cancellationToken)
    {
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
            ("name", expected.Name), ("first", slots[^1]), ("last", slots[0]), ("most", MostRunsOfSlot)))
            .ToLookup(run => run.Slot, run => (run.Run, run.NearNext));
        var misses = (await sql.List(
            "select slot_at, missed_at, came_at from missed_slot "
            + "where expectation = @name and slot_at >= @first and slot_at <= @last",
            row => (Slot: row.GetTime(0), MissedAt: row.GetTime(1), CameAt: row.TimeAt(2)),
            cancellationToken,
            ("name", expected.Name), ("first", slots[^1]), ("last", slots[0]))).ToDictionary(miss => miss.Slot);
        var zone = CronSchedule.ZoneOf(expected.Zone);
        return new(
            [
                .. slots.Select(slot => SlotReading.Of(
                    expected, slot, zone, [.. runs[slot].DistinctBy(run => run.Run.ProcessRunId)],
                    misses.TryGetValue(slot, out var miss) ? (miss.MissedAt, miss.CameAt) : null, now)),
            ],
            slots.Count == limit ? slots[^1] : null);
    }

    // No further than what is known of them; of an expectation that cannot be read any more there are none.
    IEnumerable<DateTime> Back(Expectation expected, DateTime? before, DateTime now)
    {
        var first = expected.ArmedAt > now - options.Expected.KeepFor
            ? expected.ArmedAt
            : now - options.Expected.KeepFor;
        if (before <= first || !expected.CanBeRead)
            yield break;
        var calendar = expected.Calendar();
        for (var slot = calendar.AtOrBefore(before < now ? before.Value.AddTicks(-1) : now);
            slot >= first;
            slot = calendar.AtOrBefore(slot.Value.AddTicks(-1)))
            yield return slot.Value;
    }
}
