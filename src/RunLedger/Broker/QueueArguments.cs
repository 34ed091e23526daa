using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

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

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Of a queue whose messages, beyond the limit, are kept where this exchange brings them.</summary>
    public static IReadOnlyDictionary<string, object?> LimitOf(string deadLettersTo) => new Dictionary<string, object?>
    {
        ["x-delivery-limit"] = DeliveryLimit,
        [DeadLetterExchange] = deadLettersTo,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    /// <summary>A quorum queue with a limit; as it is where an earlier version declared it without one.</summary>
    public static void KeepUntil(
        this IRabbitMqReceiveEndpointConfigurator queue, RunLedgerOptions options, string name, string deadLettersTo)
    {
        queue.SetQuorumQueue();
        if (options.UnlimitedQueues.Contains(name))
            return;
        foreach (var (argument, value) in LimitOf(deadLettersTo))
            queue.SetQueueArgument(argument, value);
    }

    /// <summary>
    /// Which of the queues the broker has from an earlier version, without a limit: it refuses another declaration, and
    /// an endpoint that is refused never starts. None where the broker is away.
    /// </summary>
    public static async Task<IReadOnlyList<string>> FindUnlimited(
        BrokerAddress broker, RunLedgerOptions options, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await Refused(broker, options, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return [];
        }
    }

    static async Task<IReadOnlyList<string>> Refused(
        BrokerAddress broker, RunLedgerOptions options, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { AutomaticRecoveryEnabled = false };
        broker.Configure(factory);
        await using var connection = await factory.CreateConnectionAsync("run-ledger queues", cancellationToken);
        var refused = new List<string>();
        foreach (var (queue, place) in ((string, string)[])
            [(options.ErrorQueue, options.DeadQueue), (options.ControlQueue, options.ErrorQueue)])
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            try
            {
                await channel.QueueDeclareAsync(
                    queue,
                    durable: true,
                    exclusive: false,
                    autoDelete: false,
                    new Dictionary<string, object?>(LimitOf(place)) { ["x-queue-type"] = "quorum" },
                    cancellationToken: cancellationToken);
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
            {
                refused.Add(queue);
            }
        }

        return refused;
    }
}
