using System.Collections.Concurrent;
using MassTransit;

namespace RunLedger.Service.Intake;

/// <summary>
/// Tells who published a message on the in-memory transport that it is committed: a consumer of the ledger returns
/// after its commit, and MassTransit says so here.
/// </summary>
sealed class CommitSignal : IConsumeObserver
{
    readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    /// <summary>Publishes a message and waits until it is committed.</summary>
    /// <param name="publish">Publishes it with this id.</param>
    public async Task Committed(Func<Guid, Task> publish)
    {
        var id = NewId.NextGuid();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = done;
        try
        {
            await publish(id);
            await done.Task;
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
            done.TrySetResult();
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
