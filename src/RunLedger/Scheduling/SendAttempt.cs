using RabbitMQ.Client.Exceptions;

namespace RunLedger.Scheduling;

/// <summary>
/// One message on its way to the broker. MassTransit tries for ever what the broker answers with an error; this ends
/// it when the error is about the message.
/// </summary>
/// <param name="alone">Nothing else is on the way that the error could be about.</param>
sealed class SendAttempt(bool alone, CancellationTokenSource end)
{
    int _closed;

    /// <summary>What the broker has against the message.</summary>
    public Exception? Refusal { get; private set; }

    public CancellationToken Ended => end.Token;

    /// <summary>MassTransit met an error and would try again.</summary>
    public void Fault(Exception exception)
    {
        if (!Refuses(exception))
            return;
        // The channel is shared: an error of one message closes it under the others, and for a moment after.
        if (alone && exception is AlreadyClosedException && ++_closed < 2)
            return;
        Refusal = exception;
        end.Cancel();
    }

    /// <summary>https://www.rabbitmq.com/amqp-0-9-1-reference#constants: what repeating does not mend.</summary>
    static bool Refuses(Exception exception) => exception is OperationInterruptedException
    {
        ShutdownReason.ReplyCode: 311 or 312 or 313 or 402 or 403 or 404 or 405 or 406 or 530,
    };
}
