using RunLedger.Storage;
using RunLedger.Unlike;

namespace RunLedger.Service.Candidates;

/// <summary>The versions that runs say they are of: the member <c>version</c> of the evidence of any message.</summary>
static class CandidateVersions
{
    /// <summary>Null where no run says one.</summary>
    public static async Task<IReadOnlyList<CandidateVersion>?> Read(
        LedgerSql sql, IReadOnlyCollection<CountedRun> runs, CancellationToken cancellationToken)
    {
        var said = (await UnlikeSql.Versions(sql, [.. runs.Select(run => run.Id)], cancellationToken))
            .Where(one => one.Value is not null)
            .ToDictionary(one => one.Key, one => one.Value!);
        return said.Count == 0 ? null :
        [
            .. runs.Where(run => said.ContainsKey(run.Id)).GroupBy(run => said[run.Id]).Select(ofOne =>
            {
                var outcomes = CandidateCount.Outcomes(ofOne.Select(run => run.Status));
                return new CandidateVersion
                {
                    Version = ofOne.Key,
                    Outcomes = outcomes,
                    SuccessRate = CandidateCount.SuccessRate(outcomes),
                    LastSeen = ofOne.Max(run => run.CreatedAt),
                };
            }).OrderByDescending(version => version.LastSeen),
        ];
    }
}
