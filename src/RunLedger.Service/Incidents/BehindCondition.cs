using RunLedger.Expectations;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>
/// The ledger has not taken what was published for so long: its queue is long, or the broker is away. Time during which
/// nobody looked does not count, so that a ledger that was down is not behind when it comes back.
/// </summary>
sealed class BehindCondition(RunLedgerOptions options) : IStandingCondition
{
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);

    public string Name => Conditions.Behind;

    public async Task<Findings> Find(
        LedgerSql sql, DateTime watchingSince, DateTime now, CancellationToken cancellationToken)
    {
        var behind = now - Later((await QueuePosition.Read(sql, cancellationToken))?.AskedAt, watchingSince);
        return behind <= QueuePosition.Usual(options.Expected) ? Findings.None : new(
        [
            new Finding(
                "",
                $"What was published {Phrases.Long(behind)} ago is not in the tables yet: the queue is long, or the "
                    + "broker does not deliver.",
                [],
                Lasted: behind),
        ]);
    }

    static DateTime Later(DateTime? one, DateTime other) => one > other ? one.Value : other;
}
