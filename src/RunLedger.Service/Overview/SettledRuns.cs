using RunLedger.Folding;
using RunLedger.Service.Charts;
using RunLedger.Storage;

namespace RunLedger.Service.Overview;

/// <summary>Runs that ended or were flagged, by the minute of the ledger's own clock.</summary>
/// <param name="ByMinute">In minutes since 1970; a minute without any is missing.</param>
/// <param name="Since">From when on all were counted; null where there were no more than are counted.</param>
sealed record SettledRuns(IReadOnlyDictionary<long, OutcomeCounts> ByMinute, DateTime? Since)
{
    public static async Task<SettledRuns> Read(LedgerSql sql, DateTime from, CancellationToken cancellationToken)
    {
        var rows = await sql.List(
            OverviewQuery.SettledSql(sql.EpochMinutes("settled_at")),
            row => (Minute: row.GetInt64(0), Status: RunStatusText.Parse(row.GetString(1)), Runs: row.GetInt64(2)),
            cancellationToken,
            ("from", from),
            ("most", OverviewQuery.MostCounted));
        var byMinute = rows.GroupBy(row => row.Minute).ToDictionary(
            minute => minute.Key,
            minute => minute.Aggregate(OutcomeCounts.None, (sum, row) => sum.With(row.Status, row.Runs)));
        // The oldest minute may have been counted in part.
        return new(byMinute, rows.Sum(row => row.Runs) < OverviewQuery.MostCounted
            ? null
            : LedgerTime.Time((byMinute.Keys.Min() + 1) * 60_000_000));
    }

    /// <summary>With the newer figures of the minutes from one on.</summary>
    public SettledRuns With(SettledRuns newer, long from) => new(
        ByMinute.Where(minute => minute.Key < from).Concat(newer.ByMinute).ToDictionary(), newer.Since ?? Since);

    /// <summary>Of the minutes from one to before another.</summary>
    public OutcomeCounts Of(long from, long to)
    {
        var outcomes = OutcomeCounts.None;
        for (var minute = from; minute < to; minute++)
            outcomes = OutcomeCounts.Sum([outcomes, ByMinute.GetValueOrDefault(minute, OutcomeCounts.None)]);
        return outcomes;
    }
}
