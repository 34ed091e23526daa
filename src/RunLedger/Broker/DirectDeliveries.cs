namespace RunLedger.Broker;

/// <summary>The account of the deliveries of one channel that went past MassTransit's pipeline.</summary>
/// <param name="tryTake">What takes one.</param>
/// <param name="acknowledgements">Of the channel.</param>
sealed class DirectDeliveries(TakeDelivery tryTake, Acknowledgements acknowledgements)
{
    readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // One is not a delivery: until it is told to stop.
    int _open = 1;
    volatile bool _stopping;

    /// <summary>Whether it is taken; if so it is acknowledged when it is settled.</summary>
    /// <param name="tag">The delivery's number in its channel.</param>
    /// <param name="delivery">What came.</param>
    /// <param name="otherwise">Hands it to the pipeline; called where it was taken and failed.</param>
    public bool TryTake(ulong tag, Delivery delivery, Action otherwise)
    {
        Interlocked.Increment(ref _open);
        var taken = false;
        try
        {
            return taken = !_stopping && tryTake(delivery, fault => Settle(tag, fault, otherwise));
        }
        catch (Exception)
        {
            // The pipeline meets it too, and has an answer.
            return false;
        }
        finally
        {
            if (!taken)
                Leave();
        }
    }

    /// <summary>Takes no more; completes when each that was taken is acknowledged, or the pipeline's.</summary>
    public Task Stop()
    {
        if (!_stopping)
        {
            _stopping = true;
            Leave();
        }

        return _settled.Task;
    }

    void Settle(ulong tag, Exception? fault, Action otherwise)
    {
        if (fault is null)
        {
            _ = acknowledgements.Add(tag);
            Leave();
            return;
        }

        // Not within the commit it failed in: that has its rows locked, and its span is not the message's.
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                otherwise();
                Leave();
            },
            null);
    }

    void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            _ = End();
    }

    async Task End()
    {
        // Of a channel that is gone nothing is acknowledged: the broker delivers again.
        await acknowledgements.Written().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _settled.TrySetResult();
    }
}
