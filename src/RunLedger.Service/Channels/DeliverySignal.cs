namespace RunLedger.Service.Channels;

/// <summary>That something waits which was not there before; of another replica the next look finds it.</summary>
sealed class DeliverySignal
{
    TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Raise() => Volatile.Read(ref _raised).TrySetResult();

    public async Task Wait(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        var raised = Volatile.Read(ref _raised);
        await raised.Task.WaitAsync(longest, time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (raised.Task.IsCompleted)
            Volatile.Write(ref _raised, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
