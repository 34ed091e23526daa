using RunLedger.Folding;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Candidates;

/// <summary>
/// What is open about candidates: the newest runs of every status that waits for something, each from the index of
/// that status, by candidate.
/// </summary>
sealed class CandidateTroubles
{
    /// <summary>Of each status, so that a million open runs cost no more.</summary>
    public const int MostOfAStatus = 5_000;

    const string FailedLately = "failed";

    /// <summary>The statuses of runs that have neither ended nor been given up.</summary>
    public static readonly IReadOnlyList<string> Open = RunStatusText.TextsOf(status => !status.IsRetained);

    public static readonly string Sql = string.Join(
        "\nunion all\n",
        Enum.GetValues<RunStatus>().Where(status => !status.EndsRun()).Select(status => status.Text())
            .Select(status => Leg(status, $"status = '{status}'", "created_at desc, process_run_id desc"))
            .Append(Leg(
                FailedLately,
                $"status = '{RunStatus.Failed.Text()}' and ended_at >= @lately",
                "ended_at desc, process_run_id")));

    readonly Dictionary<(string Candidate, string Kind), long> _counts;
    readonly bool _truncated;

    CandidateTroubles(Dictionary<(string Candidate, string Kind), long> counts)
    {
        _counts = counts;
        _truncated = counts.GroupBy(count => count.Key.Kind)
            .Any(kind => kind.Sum(count => count.Value) >= MostOfAStatus);
    }

    public static async Task<CandidateTroubles> Read(LedgerSql sql, DateTime now, CancellationToken cancellationToken)
    {
        var rows = await sql.List(
            Sql,
            row => (Candidate: row.GetString(0), Kind: row.GetString(1), Runs: row.GetInt64(2)),
            cancellationToken,
            ("lately", now.AddDays(-1)),
            ("most", MostOfAStatus));
        return new(rows.ToDictionary(row => (row.Candidate, row.Kind), row => row.Runs));
    }

    public CandidateTrouble Of(string candidate)
    {
        return new(
            Count(FailedLately),
            Count(RunStatus.Stuck.Text()),
            Count(RunStatus.Orphan.Text()),
            Open.Sum(Count),
            _truncated);

        long Count(string kind) => _counts.GetValueOrDefault((candidate, kind));
    }

    static string Leg(string kind, string where, string order) =>
        $"""
         select process_candidate_code, '{kind}', count(*) from (
           select process_candidate_code from process_run_observation where {where} order by {order} limit @most
         ) {kind}_runs group by process_candidate_code
         """;
}
