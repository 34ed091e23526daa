using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>
/// Due messages that nobody else sends meanwhile. Disposed without a result, or lost with the process, they are due
/// again.
/// </summary>
interface IScheduleClaim : IAsyncDisposable
{
    /// <summary>Those of one run in their order.</summary>
    IReadOnlyList<ScheduledRow> Rows { get; }

    /// <exception cref="StoreException">
    /// Nobody knows whether it was settled; what was sent may be sent again.
    /// </exception>
    Task Settle(ClaimResult result, CancellationToken cancellationToken);
}
