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

    /// <summary>Of each expectation those of a time. An alias is the run that it became.</summary>
    public static string RunsSql(int expectations) =>
        $"""
         with w(name, first_at, last_at) as (values {Times(expectations)})
         select e.expectation, e.slot_at, coalesce(a.process_run_id, e.process_run_id), e.began_at, e.near_next,
           r.ended_at, r.status
         from (
           select x.expectation, x.slot_at, x.process_run_id, x.began_at, x.near_next, row_number() over (
             partition by x.expectation, x.slot_at order by x.began_at, x.process_run_id) as place
           from w join expected_run x
             on x.expectation = w.name and x.slot_at >= w.first_at and x.slot_at <= w.last_at) e
         left join process_run_alias a on a.alias_id = e.process_run_id
         left join process_run_observation r on r.process_run_id = coalesce(a.process_run_id, e.process_run_id)
         where e.place <= @most order by e.expectation, e.slot_at, e.place
         """;

    static string MissesSql(int expectations) =>
        $"""
         with w(name, first_at, last_at) as (values {Times(expectations)})
         select m.expectation, m.slot_at, m.missed_at, m.came_at
         from w join missed_slot m on m.expectation = w.name and m.slot_at >= w.first_at and m.slot_at <= w.last_at
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
        var some = all.FindAll(one => one.Slots.Count > 0);
        var runs = (await Of(RunsSql(some.Count), row => (Of: row.GetString(0), Slot: row.GetTime(1), Run: new SlotRun
        {
            ProcessRunId = row.GetGuid(2),
            BeganAt = row.GetTime(3),
            EndedAt = row.TimeAt(5),
            Status = row.TextAt(6),
        }, NearNext: row.GetBoolean(4)), ("most", MostRunsOfSlot)))
            .ToLookup(run => (run.Of, run.Slot), run => (run.Run, run.NearNext));
        var misses = (await Of(
            MissesSql(some.Count),
            row => (Of: row.GetString(0), Slot: row.GetTime(1), MissedAt: row.GetTime(2), CameAt: row.TimeAt(3))))
            .ToDictionary(miss => (miss.Of, miss.Slot));
        return all.ToDictionary(one => one.Expected.Name, one => new SlotsAnswer(
            [
                .. one.Slots.Select(slot => SlotReading.Of(
                    one.Expected, slot, CronSchedule.ZoneOf(one.Expected.Zone),
                    [.. runs[(one.Expected.Name, slot)].DistinctBy(run => run.Run.ProcessRunId)],
                    misses.TryGetValue((one.Expected.Name, slot), out var miss) ? (miss.MissedAt, miss.CameAt) : null,
                    now)),
            ],
            one.Slots.Count == limit ? one.Slots[^1] : null));

        async Task<List<T>> Of<T>(
            string statement, Func<StoredRow, T> read, params (string, object?)[] more) => some.Count == 0 ? []
            : await sql.List(
                statement, read, cancellationToken,
                [
                    .. more,
                    .. some.SelectMany((one, n) => new (string, object?)[]
                    {
                        ($"n{n}", one.Expected.Name), ($"f{n}", one.Slots[^1]), ($"l{n}", one.Slots[0]),
                    }),
                ]);
    }

    static string Times(int expectations) =>
        string.Join(", ", Enumerable.Range(0, expectations).Select(n => $"(@n{n}, @f{n}, @l{n})"));

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
