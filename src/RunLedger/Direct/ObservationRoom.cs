namespace RunLedger.Direct;

/// <summary>
/// Lets in batches, in turn, while fewer observations than <paramref name="size"/> are inside: however large the
/// batches are that the broker sent ahead, only so many are held as more than bytes.
/// </summary>
sealed class ObservationRoom(int size)
{
    readonly Lock _lock = new();
    readonly Queue<(int Count, TaskCompletionSource Entered)> _waiting = [];
    int _free = size;

    public Task Enter(int count)
    {
        lock (_lock)
        {
            if (_free > 0 && _waiting.Count == 0)
            {
                _free -= count;
                return Task.CompletedTask;
            }

            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((count, entered));
            return entered.Task;
        }
    }

    public void Leave(int count)
    {
        lock (_lock)
        {
            _free += count;
            while (_free > 0 && _waiting.TryDequeue(out var next))
            {
                _free -= next.Count;
                next.Entered.SetResult();
            }
        }
    }
}
