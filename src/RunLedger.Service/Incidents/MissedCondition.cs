using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>Expected runs that did not come: the last slot that was judged was missed, and none came late.</summary>
sealed class MissedCondition : IStandingCondition
{
    public string Name => Conditions.Missed;

    public async Task<Findings> Find(
        LedgerSql sql, DateTime watchingSince, DateTime now, CancellationToken cancellationToken) => new(await sql.List(
        """
        select e.name, e.candidate, m.slot_at from expectation e
        join missed_slot m on m.expectation = e.name and m.slot_at = e.judged_until
        where m.came_at is null order by e.name
        """,
        row => new Finding(
            row.GetString(1),
            $"The run of {row.GetString(1)} that was expected at {LedgerTime.Text(row.GetTime(2))} by "
                + $"{row.GetString(0)} has not come.",
            []),
        cancellationToken));
}
