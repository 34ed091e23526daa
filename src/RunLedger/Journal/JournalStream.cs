using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Journal;

/// <summary>
/// The stream in which the broker keeps what was published to the exchanges of the contracts, as it was published.
/// </summary>
static class JournalStream
{
    /// <summary>What its name ends with, after that of the ledger's own queue.</summary>
    public const string Suffix = "-journal";

    public const string TypeArgument = "x-queue-type";

    const string Namespace = "RunLedger.Contracts";

    /// <summary>The exchanges of the contracts.</summary>
    public static IEnumerable<string> Exchanges =>
        ContractMap.Names.Append(nameof(RunObservations)).Select(name => $"{Namespace}:{name}");

    /// <summary>
    /// The exchanges that a ledger's stream is bound to: those of the contracts; of one of several ledgers that divide
    /// the runs, that of its queue, which gets what is routed to it and nothing of the others.
    /// </summary>
    public static IEnumerable<string> ExchangesOf(RunLedgerOptions ledger) =>
        ledger.BindContracts ? Exchanges : [ledger.QueueName];

    /// <summary>
    /// Makes the stream and its bindings where they are missing. One that is there with other limits keeps them, and
    /// records. One of a ledger that has divided the runs with others since gets no more of theirs.
    /// </summary>
    /// <param name="broker">Where.</param>
    /// <param name="ledger">Whose.</param>
    /// <param name="limits">What it keeps.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is not as it should be, for a person; null where all is.</returns>
    /// <exception cref="BrokerUnreachableException">The broker is away.</exception>
    public static async Task<string?> Declare(
        BrokerAddress broker, RunLedgerOptions ledger, JournalLimits limits, CancellationToken cancellationToken)
    {
        var stream = ledger.QueueName + Suffix;
        var factory = new ConnectionFactory
        {
            ClientProvidedName = "run-ledger journal",
            AutomaticRecoveryEnabled = false,
        };
        broker.Configure(factory);
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        var other = await Refusal(connection, stream, limits, cancellationToken);
        if (other is not null && await WhyNone(connection, stream, cancellationToken) is { } none)
            return $"{none} The broker says: {other}";
        foreach (var exchange in ExchangesOf(ledger))
        {
            // As MassTransit declares it. What is there is bound to, however it was made.
            await Try(
                connection,
                channel => channel.ExchangeDeclareAsync(
                    exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken),
                cancellationToken);
            if (await Try(
                connection,
                channel => channel.QueueBindAsync(stream, exchange, "", cancellationToken: cancellationToken),
                cancellationToken) is { } unbound)
                return $"The stream {stream} cannot be bound to {exchange}. The broker says: {unbound}";
        }

        foreach (var exchange in ledger.BindContracts ? [] : Exchanges)
        {
            if (await Try(
                connection,
                channel => channel.QueueUnbindAsync(stream, exchange, "", cancellationToken: cancellationToken),
                cancellationToken) is { } bound)
            {
                return $"The stream {stream} gets the other ledgers' runs too: it cannot be taken from {exchange}. "
                    + $"The broker says: {bound}";
            }
        }

        return other is null
            ? null
            : $"The stream {stream} is there with other arguments than Journal__MaxAge, Journal__MaxBytes and "
                + "Journal__SegmentBytes say: it goes on recording with its own. Put the settings back, or delete it "
                + $"when its content may go. The broker says: {other}";
    }

    static Task<string?> Refusal(
        IConnection connection, string stream, JournalLimits limits, CancellationToken cancellationToken) => Try(
            connection,
            channel => channel.QueueDeclareAsync(
                stream,
                durable: true,
                exclusive: false,
                autoDelete: false,
                limits.Arguments(),
                cancellationToken: cancellationToken),
            cancellationToken);

    /// <summary>Null where it is a stream: only there a consumer may say where it begins.</summary>
    static async Task<string?> WhyNone(IConnection connection, string stream, CancellationToken cancellationToken)
    {
        if (await Try(
            connection,
            channel => channel.QueueDeclarePassiveAsync(stream, cancellationToken),
            cancellationToken) is not null)
        {
            return $"The stream {stream} cannot be made: streams need RabbitMQ 3.9 or later with the feature flag "
                + "stream_queue (rabbitmqctl enable_feature_flag stream_queue), and a login that may configure it.";
        }

        try
        {
            await (await JournalFeed.Open(connection, stream, "next", 1, cancellationToken)).DisposeAsync();
            return null;
        }
        catch (OperationInterruptedException e) when (JournalConnection.IsElsewhere(e))
        {
            return null;
        }
        catch (OperationInterruptedException)
        {
            return $"There is a queue {stream} that is no stream: nothing is recorded. Delete it when its content may "
                + "go.";
        }
    }

    /// <summary>What the broker says where it refuses; it closes the channel over it.</summary>
    static async Task<string?> Try(
        IConnection connection, Func<IChannel, Task> work, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await work(channel);
            return null;
        }
        catch (OperationInterruptedException e)
        {
            return e.ShutdownReason?.ReplyText ?? e.Message;
        }
    }
}
