using System.Collections.Concurrent;
using MassTransit;

namespace RunLedger.Service.Http;

/// <summary>
/// Tells who published a message on the in-memory transport that it is committed: a consumer of the ledger returns
/// after its commit, and MassTransit says so here.
/// </summary>
sealed class CommitSignal : IConsumeObserver
{
    readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    public Task Of(Guid messageId) =>
        _waiting.GetOrAdd(messageId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (context.MessageId is { } id && _waiting.TryRemove(id, out var done))
            done.TrySetResult();
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class
    {
        if (context.MessageId is { } id && _waiting.TryRemove(id, out var done))
            done.TrySetException(exception);
        return Task.CompletedTask;
    }
}
