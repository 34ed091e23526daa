using RunLedger.Folding;

namespace RunLedger.Batching;

/// <summary>
/// The message was not handled and goes back to its queue untouched, because the process stops or a newer one must
/// take it. Not an <see cref="OperationCanceledException"/>: MassTransit turns those into faults of the saga.
/// </summary>
sealed class RequeueException(string message) : Exception(message)
{
    static readonly TimeSpan NewerFoldPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Of a row that only a newer replica can read: one runs already, or will when the upgrade is through.
    /// </summary>
    public static async Task<RequeueException> After(
        NewerFoldException fault, TimeProvider time, CancellationToken cancellationToken)
    {
        await Task.Delay(NewerFoldPause, time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new(fault.Message);
    }
}
