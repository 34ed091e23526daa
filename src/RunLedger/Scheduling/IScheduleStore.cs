using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>Where scheduled messages wait: the ledger's own database, PostgreSQL or the embedded SQLite file.</summary>
/// <remarks>Every method throws <see cref="StoreException"/> when the store could not.</remarks>
interface IScheduleStore
{
    /// <summary>
    /// Stores messages, cancels and pauses others, in one transaction. A cancellation or a pause that finds no message
    /// waits for it, for a day. A schedule that is stored again with the same cron and zone keeps what it is due for.
    /// </summary>
    /// <param name="now">The ledger's clock.</param>
    Task Write(ScheduleChanges changes, DateTime now, CancellationToken cancellationToken);

    /// <summary>
    /// Takes at most <paramref name="limit"/> messages that are due, the longest due first, and of a run only together
    /// with all that were stored before them and are due.
    /// </summary>
    Task<IScheduleClaim> Claim(DateTime now, int limit, ClaimFilter which, CancellationToken cancellationToken);

    /// <summary>When the next message is due; null when none waits.</summary>
    Task<DateTime?> NextDue(ClaimFilter which, CancellationToken cancellationToken);

    /// <summary>
    /// Stores recurring messages that are not there. One that is there keeps its due time, unless its period has
    /// changed: then it is due no later than the given row says.
    /// </summary>
    Task Register(IReadOnlyCollection<ScheduledRow> recurring, CancellationToken cancellationToken);

    /// <summary>Deletes cancellations whose message never came.</summary>
    Task Forget(DateTime now, CancellationToken cancellationToken);
}
