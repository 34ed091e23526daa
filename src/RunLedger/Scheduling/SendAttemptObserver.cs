using MassTransit;

namespace RunLedger.Scheduling;

/// <summary>Tells an <see cref="SendAttempt"/> of the errors that MassTransit keeps to itself.</summary>
sealed class SendAttemptObserver : ISendObserver, IPublishObserver
{
    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Fault(context, exception);

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Fault(context, exception);

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    static Task Fault(PipeContext context, Exception exception)
    {
        if (context.TryGetPayload(out SendAttempt? attempt))
            attempt.Fault(exception);
        return Task.CompletedTask;
    }
}
