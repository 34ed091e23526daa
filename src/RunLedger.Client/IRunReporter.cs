namespace RunLedger.Client;

/// <summary>
/// Reports runs to the ledger. It only observes: reporting does no I/O on the caller's thread, waits for nothing, and
/// throws nothing. What cannot be reported (no candidate, a code the ledger could not store) is left out, counted and
/// logged by the background sender; the code that is observed runs on as if nobody looked.
/// </summary>
public interface IRunReporter
{
    /// <summary>
    /// The run that is open where this is called, or null. It flows along <c>await</c> as <c>AsyncLocal</c> does.
    /// </summary>
    OpenRun? Current { get; }

    /// <summary>
    /// Starts a run for code that does not nest: <c>await using var run = reporter.StartRun(…)</c>. Until it ends it is
    /// the parent of the runs that are started in the same flow. Left without <see cref="OpenRun.Complete"/>,
    /// <c>Fail</c> or <see cref="OpenRun.Cancel"/>, it is recorded as failed with just that as its error.
    /// </summary>
    /// <param name="candidate">
    /// The process the run is a candidate of, for example <c>PROC-CAND:dot:kg</c>. Without one the run is not
    /// reported; one of more than 512 characters is shortened by the ledger.
    /// </param>
    /// <param name="details">What else is known of it; null for nothing.</param>
    OpenRun StartRun(string candidate, RunDetails? details = null);

    /// <summary>
    /// Reports a run around <paramref name="work"/>: completed when it returns; failed when it throws, with the
    /// exception as <c>error_ref</c>; cancelled when it throws <see cref="OperationCanceledException"/> after
    /// <paramref name="cancellationToken"/> was cancelled. The exception goes on to the caller unchanged. An end that
    /// the work reported itself counts.
    /// </summary>
    /// <param name="candidate">As for <see cref="StartRun"/>.</param>
    /// <param name="work">What is observed.</param>
    /// <param name="details">What else is known of the run; null for nothing.</param>
    /// <param name="cancellationToken">Says that a cancellation was wanted; it is only looked at.</param>
    /// <exception cref="ArgumentNullException">There is no work.</exception>
    Task Run(
        string candidate,
        Func<OpenRun, Task> work,
        RunDetails? details = null,
        CancellationToken cancellationToken = default);

    /// <inheritdoc cref="Run(string, Func{OpenRun, Task}, RunDetails?, CancellationToken)"/>
    /// <returns>What the work returned.</returns>
    Task<T> Run<T>(
        string candidate,
        Func<OpenRun, Task<T>> work,
        RunDetails? details = null,
        CancellationToken cancellationToken = default);
}
