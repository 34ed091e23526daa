using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Unlike;

/// <summary>Which runs are slow now, for who tells others of it.</summary>
sealed class SlowRuns(ILedgerTransactions ledger, TimeProvider time)
{
    /// <summary>The newest first; a run may be among them several times, for itself and for components.</summary>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public Task<List<SlowRun>> Now(int most, CancellationToken cancellationToken) =>
        ledger.InOne(sql => Read(sql, most, time.GetUtcNow().UtcDateTime, cancellationToken), cancellationToken);

    /// <inheritdoc cref="Now"/>
    public static Task<List<SlowRun>> Read(
        LedgerSql sql, int most, DateTime now, CancellationToken cancellationToken) => sql.List(
        UnlikeSql.Slow,
        row => new SlowRun(UnlikeMark.Read(row), row.GetTime(10), LedgerTime.Time(LedgerTime.Of(now))),
        cancellationToken, ("most", most));
}
