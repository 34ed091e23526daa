using System.Collections.Concurrent;
using MassTransit;
using RunLedger.Intake;

namespace RunLedger.Service.Intake;

/// <summary>
/// Tells who published a message on the in-memory transport that it is committed: a consumer of the ledger returns
/// after its commit, and MassTransit says so here.
/// </summary>
sealed class CommitSignal : IConsumeObserver
{
    readonly ConcurrentDictionary<Guid, TaskCompletionSource<string?>> _waiting = new();

    /// <summary>Publishes a message and waits until it is committed.</summary>
    /// <param name="publish">Publishes it with this id.</param>
    /// <returns>Null where it counts; else why it was set aside.</returns>
    public async Task<string?> Committed(Func<Guid, Task> publish)
    {
        var id = NewId.NextGuid();
        var done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = done;
        try
        {
            await publish(id);
            return await done.Task;
        }
        finally
        {
            // Nobody consumes what was not published.
            _waiting.TryRemove(id, out _);
        }
    }

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (context.MessageId is { } id && _waiting.TryRemove(id, out var done))
            done.TrySetResult(context.ReceiveContext.TryGetPayload(out LateObservation? late) ? late.Reason : null);
        return Task.CompletedTask;
    }

    /// <remarks>
    /// MassTransit's retries are inside of what it observes: it is called once, when they have ended.
    /// </remarks>
    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class
    {
        if (context.MessageId is { } id && _waiting.TryRemove(id, out var done))
            done.TrySetException(exception);
        return Task.CompletedTask;
    }
}
