namespace RunLedger.Batching;

/// <summary>Messages that are waited for together, with one task for all of them.</summary>
/// <param name="count">How many there will be, at least one.</param>
sealed class PendingGroup(int count)
{
    readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<(PendingMessage, Exception)> _failed = [];
    int _left = count;

    /// <summary>Completes, and never fails, when each is committed or has failed.</summary>
    public Task Done => _done.Task;

    /// <summary>Those that failed; complete once <see cref="Done"/> is.</summary>
    public IReadOnlyList<(PendingMessage Message, Exception Fault)> Failed => _failed;

    /// <summary>One of them is committed, or has failed; called once for each.</summary>
    public void Settled(PendingMessage message, Exception? fault)
    {
        if (fault is not null)
        {
            lock (_failed)
                _failed.Add((message, fault));
        }

        if (Interlocked.Decrement(ref _left) == 0)
            _done.SetResult();
    }
}
