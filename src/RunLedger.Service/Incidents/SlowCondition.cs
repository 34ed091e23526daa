using RunLedger.Service.Web;
using RunLedger.Storage;
using RunLedger.Unlike;

namespace RunLedger.Service.Incidents;

/// <summary>Open runs that take longer than those before them took.</summary>
sealed class SlowCondition : IStandingCondition
{
    /// <summary>The newest marks, at most; a run may have several.</summary>
    const int Most = 10_000;

    public string Name => Conditions.Slow;

    public async Task<Findings> Find(
        LedgerSql sql, DateTime watchingSince, DateTime now, CancellationToken cancellationToken)
    {
        var slow = await SlowRuns.Read(sql, Most, now, cancellationToken);
        return new(
            [
                .. slow.GroupBy(run => run.Mark.Candidate).Select(of => new Finding(
                    of.Key,
                    $"{Phrases.Count(of.DistinctBy(run => run.Mark.RunId).Count(), "run", "runs")} of {of.Key} took "
                        + $"longer than those before. {of.First().Sentence}",
                    [],
                    of.First().Mark.RunId)),
            ],
            slow.Count == Most);
    }
}
