namespace RunLedger.Service.Standby;

/// <summary>
/// An answer that is asked for often, and costs: it is kept for a while, one of each source, until somebody does
/// something. Those who ask at once wait for one.
/// </summary>
sealed class Kept<T>(TimeSpan lasting, LastAction actions, TimeProvider time) : IDisposable
    where T : class
{
    readonly SemaphoreSlim _one = new(1, 1);
    Copy? _ofPrimary, _ofStandby;

    public async Task<T> Find(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (Fresh is { } kept)
            return kept;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Fresh is { } meanwhile)
                return meanwhile;
            var (begun, before) = (time.GetTimestamp(), actions.Count);
            var copy = new Copy(await ask(cancellationToken), begun, before);
            // Where it was read is known only now: the standby may have failed.
            return (IsOfStandby ? _ofStandby = copy : _ofPrimary = copy).Answer;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    static bool IsOfStandby => ReadSource.Current?.IsStandby == true;

    // Who reads from the primary for want of their own action on the standby did it, maybe on another replica.
    T? Fresh => ReadSource.Current?.Reason != ReadSource.OwnAction
        && (IsOfStandby ? _ofStandby : _ofPrimary) is { } copy && copy.ActionsBefore == actions.Count
        && time.GetElapsedTime(copy.Begun) < lasting ? copy.Answer : null;

    sealed record Copy(T Answer, long Begun, long ActionsBefore);
}
