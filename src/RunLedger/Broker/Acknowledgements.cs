namespace RunLedger.Broker;

/// <summary>
/// Acknowledges the deliveries of one channel many at once: what ends together, or while others are written, is one
/// frame to the broker instead of thousands. No timer gathers them.
/// </summary>
/// <param name="write">Writes an acknowledgement of a delivery, or of all up to it.</param>
sealed class Acknowledgements(Func<ulong, bool, ValueTask> write)
{
    readonly Lock _lock = new();
    readonly Dictionary<ulong, ulong> _lasts = [];
    readonly Dictionary<ulong, ulong> _firsts = [];
    List<ulong> _waiting = [];
    TaskCompletionSource _written = new();
    Task _last = Task.CompletedTask;
    ulong _open = 1;
    bool _writing;

    /// <summary>Completes when the acknowledgement is written.</summary>
    public Task Add(ulong delivery)
    {
        lock (_lock)
        {
            _waiting.Add(delivery);
            if (!_writing)
            {
                _writing = true;
                ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.Write(), this, preferLocal: false);
            }

            return _last = _written.Task;
        }
    }

    /// <summary>Completes when all that was added is written, or cannot be.</summary>
    public Task Written()
    {
        lock (_lock)
            return _last;
    }

    /// <summary>The broker has it back: it is no more in the way of those after it.</summary>
    public void Returned(ulong delivery)
    {
        lock (_lock)
            Settle(delivery);
    }

    async Task Write()
    {
        while (true)
        {
            List<ulong> deliveries;
            TaskCompletionSource written;
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    _writing = false;
                    return;
                }

                (deliveries, _waiting) = (_waiting, new List<ulong>(_waiting.Count));
                (written, _written) = (_written, new TaskCompletionSource());
            }

            try
            {
                deliveries.Sort();
                var together = UpTo(deliveries);
                if (together > 0)
                    await write(deliveries[together - 1], together > 1);
                for (var at = together; at < deliveries.Count; at++)
                    await write(deliveries[at], false);
                written.SetResult();
            }
            catch (Exception e)
            {
                // Whoever waits for them is told; the broker will give them out again.
                written.SetException(e);
                // For some nobody waits.
                _ = written.Task.Exception;
            }
        }
    }

    /// <summary>
    /// How many of them, in order, can be acknowledged by the last: those that no open delivery comes before.
    /// </summary>
    int UpTo(List<ulong> deliveries)
    {
        lock (_lock)
        {
            foreach (var delivery in deliveries)
                Settle(delivery);
            var open = _open;
            var together = deliveries.FindIndex(delivery => delivery > open);
            return together < 0 ? deliveries.Count : together;
        }
    }

    // Deliveries are numbered from 1. What is settled beyond the first open one is kept as ranges: as many as there are
    // open ones, however long one of these takes.
    void Settle(ulong delivery)
    {
        if (delivery < _open)
            return;
        var (first, last) = (delivery, delivery);
        if (_firsts.Remove(delivery - 1, out var before))
            _lasts.Remove(first = before);
        if (_lasts.Remove(delivery + 1, out var after))
            _firsts.Remove(last = after);
        if (first == _open)
            _open = last + 1;
        else
            (_lasts[first], _firsts[last]) = (last, first);
    }
}
