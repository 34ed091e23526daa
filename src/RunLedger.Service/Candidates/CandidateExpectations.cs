using RunLedger.Expectations;
using RunLedger.Scheduling;
using RunLedger.Storage;

namespace RunLedger.Service.Candidates;

/// <summary>What is expected of a candidate, by its code or by a pattern that it matches.</summary>
static class CandidateExpectations
{
    const int Most = 20;

    /// <summary>Which patterns match only code knows; what is for another code is not read.</summary>
    static readonly string Sql =
        $"""
         select {Expectation.Columns}, (
           select 1 from missed_slot m where m.expectation = e.name and m.slot_at = e.judged_until
             and m.came_at is null)
         from expectation e where candidate = @code or candidate like '%*%' or candidate like '%?%'
         order by name
         """;

    public static async Task<IReadOnlyList<CandidateExpectation>> Read(
        LedgerSql sql, string code, DateTime now, CancellationToken cancellationToken) =>
    [
        .. (await sql.List(
            Sql,
            row => (Expected: Expectation.Read(row), Missing: !row.IsDBNull(Missing)),
            cancellationToken, ("code", code)))
            .Where(one => one.Expected.IsFor(code)).Take(Most).Select(one => new CandidateExpectation
            {
                Name = one.Expected.Name,
                Candidate = one.Expected.Candidate,
                Cron = one.Expected.Cron,
                Zone = one.Expected.Zone,
                Grace = one.Expected.Grace,
                JudgedSlotAt =
                    one.Expected.JudgedUntil > one.Expected.ArmedAt ? one.Expected.JudgedUntil : null,
                Missing = one.Missing,
                NextAt = Next(one.Expected, now),
            }),
    ];

    /// <summary>Where the statement has it: after the columns of an expectation.</summary>
    static int Missing { get; } = Expectation.Columns.Split(',').Length;

    static DateTime? Next(Expectation expected, DateTime now)
    {
        try
        {
            return expected.Calendar().Next(now);
        }
        catch (UnschedulableException)
        {
            // Its zone is not known here: /expected says so.
            return null;
        }
    }
}
