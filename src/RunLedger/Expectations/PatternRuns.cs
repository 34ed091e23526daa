using RunLedger.Storage;

namespace RunLedger.Expectations;

/// <summary>
/// The runs of a pattern in a ledger with more candidates than can be looked for by their codes: all runs that were
/// heard of lately are gone through, a page at a time, so that little is held however many there are of either.
/// </summary>
static class PatternRuns
{
    const int PageSize = 5_000;

    /// <summary>After so many pages others have their turn.</summary>
    const int MostPages = 20;

    /// <summary>Those after one of them, by the index of the newest.</summary>
    public const string Next =
        """
        select process_run_id, process_candidate_code, created_at from process_run_observation
        where (created_at, process_run_id) > (@at, @after)
        order by created_at, process_run_id limit @limit
        """;

    /// <summary>
    /// Those of them that have no place; by their time, or a planner may go through all that is later.
    /// </summary>
    public static string Unplaced(LedgerSql sql) =>
        ExpectationSql.HeardOf(sql, "process_run_id", "and r.created_at <= @to");

    /// <summary>Those without a place, as <see cref="ExpectationSql.Heard"/> finds them.</summary>
    /// <param name="sql">Where.</param>
    /// <param name="expected">The pattern.</param>
    /// <param name="from">Which was the last that need not be looked at.</param>
    /// <param name="least">
    /// How much of that time is gone through at least: with less, a search that goes back would never come further.
    /// </param>
    /// <param name="limit">How many are found at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="pageSize">How many runs are held at most beside those that are found.</param>
    /// <returns>The first of them, and up to which all were found; null where that is now.</returns>
    public static async Task<(List<HeardRun> Runs, HeardPoint? Until)> Heard(
        LedgerSql sql,
        Expectation expected,
        HeardPoint from,
        TimeSpan least,
        int limit,
        CancellationToken cancellationToken,
        int pageSize = PageSize)
    {
        var found = new List<HeardRun>();
        var (at, after) = (from.At, from.Run);
        for (var page = 1; ; page++)
        {
            var seen = await sql.List(
                Next, row => (Id: row.GetGuid(0), Candidate: row.GetString(1), At: row.GetTime(2)), cancellationToken,
                ("at", at), ("after", after), ("limit", pageSize));
            var its = seen.Where(run => expected.IsFor(run.Candidate)).Select(run => run.Id).ToArray();
            if (its.Length > 0)
            {
                found.AddRange(await sql.List(
                    Unplaced(sql), HeardRun.Read, cancellationToken,
                    ("name", expected.Name), ("these", its), ("from", seen[0].At), ("to", seen[^1].At),
                    ("limit", limit - found.Count)));
            }

            if (found.Count == limit)
                return (found, new(found[^1].HeardAt, found[^1].Id));
            if (seen.Count < pageSize)
                return (found, null);
            (after, at) = (seen[^1].Id, seen[^1].At);
            if (page >= MostPages && at >= from.At + least)
                return (found, new(at, after));
        }
    }
}
