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

    public async Task<IReadOnlyList<ExpectationAnswer>> List(CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var answers = new List<ExpectationAnswer>();
        List<string>? candidates = null;
        foreach (var expected in await ExpectationSql.All(sql, cancellationToken))
        {
            if (expected.IsPattern)
                candidates ??= await Candidates(sql, cancellationToken);
            answers.Add(await Answer(sql, expected, candidates ?? [], cancellationToken));
        }

        return answers;
    }

    public async Task<ExpectationAnswer?> Find(string name, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        return await Find(sql, name, cancellationToken) is { } expected
            ? await Answer(
                sql, expected, expected.IsPattern ? await Candidates(sql, cancellationToken) : [], cancellationToken)
            : null;
    }

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

    async Task<ExpectationAnswer> Answer(
        LedgerSql sql, Expectation expected, List<string> candidates, CancellationToken cancellationToken)
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

        if (expected.FaultOf(candidates.Count) is { } fault)
        {
            remarks.Add($"It is not judged: {fault}");
        }
        else if (expected.CanBeRead && expected.IsBehind(now, options.Expected.JudgeEvery))
        {
            remarks.Add($"It is behind: runs that were heard of since {expected.HeardUntil:u} have no slot yet, and no "
                + "slot is judged before they have. The ledger was down, or they are more than it can look at.");
        }

        if (!await HasRuns(sql, expected, candidates, cancellationToken))
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
            Missing = (await sql.List(
                "select 1 from missed_slot where expectation = @name and slot_at = @slot and came_at is null",
                row => row.GetInt32(0), cancellationToken,
                ("name", expected.Name), ("slot", expected.JudgedUntil))).Count > 0,
            NextAt = next,
            Remarks = remarks,
        };
    }

    /// <summary>Null where there is none.</summary>
    public static async Task<Expectation?> Find(LedgerSql sql, string name, CancellationToken cancellationToken) =>
        (await sql.List(
            $"select {Expectation.Columns} from expectation where name = @name",
            Expectation.Read, cancellationToken, ("name", name))).FirstOrDefault();

    static Task<List<string>> Candidates(LedgerSql sql, CancellationToken cancellationToken) =>
        ExpectationSql.Candidates(sql, Expectation.MostCandidates + 1, cancellationToken);

    // A run that has a place is one of its candidates; before there is one, the candidates themselves are asked.
    static async Task<bool> HasRuns(
        LedgerSql sql, Expectation expected, List<string> candidates, CancellationToken cancellationToken)
    {
        if ((await sql.List(
            "select 1 from expected_run where expectation = @name limit 1", row => row.GetInt32(0), cancellationToken,
            ("name", expected.Name))).Count > 0)
            return true;
        return expected.IsPattern
            ? candidates.Exists(expected.IsFor)
            : (await sql.List(
                "select 1 from process_run_observation where process_candidate_code = @candidate limit 1",
                row => row.GetInt32(0), cancellationToken, ("candidate", expected.Candidate))).Count > 0;
    }
}
