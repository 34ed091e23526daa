using MassTransit;

namespace RunLedger.Broker;

/// <summary>How the ledger's queues are declared, so that no broker drops a message by a limit of its own.</summary>
static class QueueArguments
{
    public const string DeadLetterExchange = "x-dead-letter-exchange";

    /// <summary>
    /// What counts as a delivery and which limit a broker has by itself differ: before 4.0 none, since then 20, and
    /// beyond it what has no place to go is dropped. A lost connection counts everywhere, a requeue up to 4.2. High
    /// enough for any outage, low enough that a message nobody can take ends somewhere.
    /// </summary>
    const int DeliveryLimit = 10_000;

    /// <summary>A quorum queue whose messages, beyond the limit, are kept where this exchange brings them.</summary>
    public static void KeepUntil(this IRabbitMqReceiveEndpointConfigurator queue, string deadLettersTo)
    {
        queue.SetQuorumQueue();
        queue.SetQueueArgument("x-delivery-limit", DeliveryLimit);
        queue.SetQueueArgument(DeadLetterExchange, deadLettersTo);
        queue.SetQueueArgument("x-dead-letter-strategy", "at-least-once");
        queue.SetQueueArgument("x-overflow", "reject-publish");
    }
}
