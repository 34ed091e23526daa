using RunLedger.Storage;
using RunLedger.Unlike;

namespace RunLedger.Service.Candidates;

/// <summary>The versions that runs say they are of: the member <c>version</c> of the evidence of any message.</summary>
static class CandidateVersions
{
    /// <summary>Null where no run says one.</summary>
    public static async Task<IReadOnlyList<CandidateVersion>?> Read(
        LedgerSql sql,
        IReadOnlyList<CandidateTables> tables,
        IReadOnlyCollection<CountedRun> runs,
        CancellationToken cancellationToken)
    {
        var said = new Dictionary<Guid, string>();
        foreach (var table in tables)
        {
            foreach (var (run, version) in await UnlikeSql.Versions(
                sql, [.. runs.Select(run => run.Id)], cancellationToken, table.Runs))
            {
                if (version is not null)
                    said.TryAdd(run, version);
            }
        }

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
