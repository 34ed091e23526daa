using Microsoft.EntityFrameworkCore;
using RunLedger.Expectations;
using RunLedger.Scheduling;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Expectations;

/// <summary>What is expected, and what came of it.</summary>
sealed class ExpectationQueries(IDbContextFactory<LedgerDb> ledger, RunLedgerOptions options, TimeProvider time)
{
    const int StartsLookedAt = 200;

    /// <summary>How many expectations lack the run of the last slot that was judged.</summary>
    public const string MissingSql =
        """
        select count(*) from expectation e join missed_slot m on m.expectation = e.name and m.slot_at = e.judged_until
        where m.came_at is null
        """;

    /// <summary>
    /// Each with whether the last slot that was judged was missed, and whether a run of it is known: one that has a
    /// place, or one of exactly that code. Looked up for each: of "exists" the planner may make a reading of all runs.
    /// </summary>
    public static string ListSql(string where) =>
        $"""
         select {Expectation.Columns},
           (select 1 from missed_slot m where m.expectation = x.name and m.slot_at = x.judged_until
             and m.came_at is null),
           coalesce(
             (select 1 from expected_run e where e.expectation = x.name limit 1),
             (select 1 from process_run_observation r where r.process_candidate_code = x.candidate limit 1))
         from expectation x {where} order by name
         """;

    public Task<IReadOnlyList<ExpectationAnswer>> List(CancellationToken cancellationToken) =>
        Answers("", cancellationToken);

    public async Task<ExpectationAnswer?> Find(string name, CancellationToken cancellationToken) =>
        await Answers("where name = @name", cancellationToken, ("name", name)) is [var one] ? one : null;

    /// <summary>What the newest starts of a candidate seem to keep.</summary>
    /// <param name="candidate">Exactly.</param>
    /// <param name="zone">
    /// The time zone that is meant; null for UTC, those of other expectations and this machine's.
    /// </param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="UnschedulableException">There is no such zone.</exception>
    public async Task<ProposalAnswer> Propose(
        string candidate, string? zone, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var starts = await sql.List(
            """
            select started_at from (
              select started_at from process_run_observation where process_candidate_code = @candidate
              order by created_at desc, process_run_id desc limit @most) newest
            where started_at is not null order by started_at
            """,
            row => row.GetTime(0), cancellationToken, ("candidate", candidate), ("most", StartsLookedAt));
        List<string?> zones = [zone];
        if (zone is null)
        {
            zones.AddRange(await sql.List(
                "select distinct zone from expectation where zone is not null", row => row.GetString(0),
                cancellationToken));
            if (time.LocalTimeZone.BaseUtcOffset != TimeSpan.Zero || time.LocalTimeZone.SupportsDaylightSavingTime)
                zones.Add(time.LocalTimeZone.Id);
        }
        else
        {
            CronSchedule.ZoneOf(zone);
        }

        return ProposalAnswer.From(candidate, starts, ScheduleLearner.Learn(starts, zones.Distinct().ToList()));
    }

    async Task<IReadOnlyList<ExpectationAnswer>> Answers(
        string where, CancellationToken cancellationToken, params (string, object?)[] parameters)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var all = await sql.List(
            ListSql(where),
            row => (
                Expected: Expectation.Read(row),
                Missing: !row.IsDBNull(Missing),
                HasRuns: !row.IsDBNull(Missing + 1)),
            cancellationToken, parameters);
        // All codes are as much work as there are, and most patterns have their runs.
        var candidates = all.Exists(one => one.Expected.IsPattern && !one.HasRuns)
            ? await ExpectationSql.Candidates(sql, Expectation.MostCandidates + 1, cancellationToken)
            : [];
        return all.ConvertAll(one => Answer(
            one.Expected, one.Missing, one.HasRuns || (one.Expected.IsPattern && MayMatch(one.Expected, candidates))));
    }

    // Where there are more than are read, one of the others may be meant.
    static bool MayMatch(Expectation expected, List<string> candidates) =>
        candidates.Count > Expectation.MostCandidates || candidates.Exists(expected.IsFor);

    ExpectationAnswer Answer(Expectation expected, bool missing, bool hasRuns)
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

        if (expected.CanBeRead && expected.IsBehind(now, options.Expected.JudgeEvery))
        {
            remarks.Add($"It is behind: runs that were heard of since {expected.HeardUntil:u} have no slot yet, and no "
                + "slot is judged before they have. The ledger was down, or they are more than it can look at.");
        }

        if (!hasRuns)
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

    /// <summary>Where the statement has it: after the columns of an expectation.</summary>
    static int Missing { get; } = Expectation.Columns.Split(',').Length;
}
