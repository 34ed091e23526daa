using RunLedger.Folding;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>Runs that are stuck, or orphans.</summary>
abstract class FlaggedCondition(RunStatus status, string words) : IStandingCondition
{
    /// <summary>The newest of the status, at most.</summary>
    public const int Most = 10_000;

    public string Name => status.Text();

    public static string Sql(RunStatus status) =>
        $"""
         select process_candidate_code, count(*), max(cast(process_run_id as text)) from (
           select process_candidate_code, process_run_id from process_run_observation
           where status = '{status.Text()}' order by created_at desc, process_run_id desc limit @most) flagged
         group by process_candidate_code order by process_candidate_code
         """;

    public async Task<Findings> Find(
        LedgerSql sql, DateTime watchingSince, DateTime now, CancellationToken cancellationToken)
    {
        var found = await sql.List(
            Sql(status), row => (Candidate: row.GetString(0), Runs: row.GetInt64(1), Run: row.GetString(2)),
            cancellationToken, ("most", Most));
        return new(
            [
                .. found.Select(one => new Finding(
                    one.Candidate, $"{Phrases.Count(one.Runs, "run", "runs")} of {one.Candidate} {words}.", [],
                    Guid.Parse(one.Run))),
            ],
            found.Sum(one => one.Runs) >= Most);
    }
}
