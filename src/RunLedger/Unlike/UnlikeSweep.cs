namespace RunLedger.Unlike;

/// <summary>
/// Counts what has ended, then looks at what is open. What a look does not get done the next one does, so that history
/// is counted beside everything else.
/// </summary>
sealed class UnlikeSweep(DurationCounter counter, SlowWatch watch, TimeProvider time)
{
    /// <summary>Of each pass.</summary>
    const int MaxSlices = 100;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="cancellationToken">Ends it between two slices.</param>
    public async Task Once(CancellationToken cancellationToken)
    {
        try
        {
            await Count(late: false, cancellationToken);
            await Count(late: true, cancellationToken);
        }
        finally
        {
            // What cannot be counted keeps nobody from seeing what is slow.
            await watch.Look(cancellationToken);
        }
    }

    async Task Count(bool late, CancellationToken cancellationToken)
    {
        for (var slice = 0; slice < MaxSlices && await counter.Slice(late, cancellationToken); slice++)
            await Task.Delay(Pause, time, cancellationToken);
    }
}
