namespace RunLedger.Journal;

/// <summary>Counts what is on its way to the tables; one waits for it to become less.</summary>
sealed class UnderWay
{
    readonly Lock _lock = new();
    TaskCompletionSource? _waiting;
    int _count, _wanted;

    public void Enter()
    {
        lock (_lock)
            _count++;
    }

    public void Leave()
    {
        lock (_lock)
        {
            _count--;
            if (_waiting is null || _count > _wanted)
                return;
            _waiting.SetResult();
            _waiting = null;
        }
    }

    /// <summary>Completes when no more than so many are left.</summary>
    public Task Until(int most)
    {
        lock (_lock)
        {
            if (_count <= most)
                return Task.CompletedTask;
            _wanted = most;
            _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }
}
