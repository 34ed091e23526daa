using Microsoft.EntityFrameworkCore;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;

namespace RunLedger.Service.Policies;

/// <summary>How many open runs each policy is for, so that one that matches nothing is seen.</summary>
sealed class PolicyCover(IDbContextFactory<LedgerDb> ledger, DeadlineEvaluator limits)
{
    /// <summary>Of each status, so that a ledger of a million open runs costs no more.</summary>
    public const int Most = 10_000;

    static readonly RunStatus[] Open = [.. Enum.GetValues<RunStatus>().Where(status => !status.EndsRun())];

    /// <returns>In the order of the policies, the default last; and whether there are more than were counted.</returns>
    public async Task<(IReadOnlyList<long> Runs, bool Truncated)> Count(
        DeadlineOptions options, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var (covered, truncated) = (new long[options.Policies.Count + 1], false);
        foreach (var status in Open)
        {
            var codes = await RunQueries.Rows(db, new RunFilter { Statuses = [status] }, [], null, Most)
                .GroupBy(run => run.ProcessCandidateCode)
                .Select(runs => new { Candidate = runs.Key, Runs = runs.LongCount() })
                .ToListAsync(cancellationToken);
            foreach (var code in codes)
                covered[Place(options, code.Candidate)] += code.Runs;
            truncated |= codes.Sum(code => code.Runs) >= Most;
        }

        return (covered, truncated);
    }

    int Place(DeadlineOptions options, string candidate) =>
        options.Policies.IndexOf(limits.PolicyOf(candidate)) is var place and >= 0 ? place : options.Policies.Count;
}
