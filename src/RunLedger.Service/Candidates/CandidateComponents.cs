using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Service.Candidates;

/// <summary>How the components of a candidate fare across its runs.</summary>
static class CandidateComponents
{
    public const int Most = 20_000;

    public static string Sql(LedgerSql sql, CandidateTables table) =>
        $"""
         select process_run_id, component_run_id, coalesce(dot_code, event_code, component_role, ''), status,
           started_at, ended_at
         from {table.Components} where {sql.IsOneOf("process_run_id", "@runs")} limit @most
         """;

    /// <returns>Them, and whether there are more rows than are looked at.</returns>
    public static async Task<(IReadOnlyList<CandidateComponent> Components, bool Truncated)> Read(
        LedgerSql sql, IReadOnlyList<CandidateTables> tables, Guid[] runs, CancellationToken cancellationToken)
    {
        var attempts = new List<Attempt>();
        foreach (var table in tables)
            attempts.AddRange(await Attempts(sql, table, runs, cancellationToken));
        if (tables.Count > 1)
            attempts = [.. attempts.DistinctBy(attempt => attempt.Id)];
        return (
            [
                .. attempts.Take(Most).GroupBy(attempt => attempt.Name).Select(Of)
                    .OrderByDescending(component => component.Failures)
                    .ThenByDescending(component => component.Flaked)
                    .ThenBy(component => component.Component, StringComparer.Ordinal),
            ],
            attempts.Count > Most);
    }

    static Task<List<Attempt>> Attempts(
        LedgerSql sql, CandidateTables table, Guid[] runs, CancellationToken cancellationToken) => sql.List(
            Sql(sql, table),
            row => new Attempt(
                row.GetGuid(0),
                row.GetGuid(1),
                row.GetString(2),
                RunStatusText.Parse(row.GetString(3)),
                row.TimeAt(4),
                row.TimeAt(5)),
            cancellationToken,
            ("runs", runs),
            ("most", Most + 1));

    static CandidateComponent Of(IGrouping<string, Attempt> attempts)
    {
        var runs = attempts.GroupBy(attempt => attempt.Run).ToList();
        var flaked = runs.Count(HasFlaked);
        return new()
        {
            Component = attempts.Key,
            Runs = runs.Count,
            Failures = attempts.Count(attempt => attempt.Status == RunStatus.Failed),
            Flaked = flaked,
            FlakeRate = (double)flaked / runs.Count,
            P50Seconds = CandidateCount.Percentiles(attempts
                .Where(attempt => attempt.Status == RunStatus.StepCompleted)
                .Select(attempt => (attempt.EndedAt - attempt.StartedAt)?.TotalSeconds)
                .OfType<double>()
                .Where(seconds => seconds >= 0)).P50,
        };
    }

    /// <summary>An attempt failed and one that started later completed.</summary>
    static bool HasFlaked(IGrouping<Guid, Attempt> attempts)
    {
        var failed = false;
        foreach (var attempt in attempts.OrderBy(one => one.StartedAt ?? one.EndedAt).ThenBy(one => one.Id))
        {
            if (failed && attempt.Status == RunStatus.StepCompleted)
                return true;
            failed |= attempt.Status == RunStatus.Failed;
        }

        return false;
    }

    sealed record Attempt(Guid Run, Guid Id, string Name, RunStatus Status, DateTime? StartedAt, DateTime? EndedAt);
}
