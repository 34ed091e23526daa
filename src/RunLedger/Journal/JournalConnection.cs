using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;

namespace RunLedger.Journal;

/// <summary>A connection to the stream's broker, opened anew where it was lost.</summary>
sealed class JournalConnection(BrokerAddress broker, string stream) : IAsyncDisposable
{
    IConnection? _connection;

    public string Stream => stream;

    public async Task<IConnection> Open(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true })
            return _connection;
        await Close();
        var factory = new ConnectionFactory
        {
            ClientProvidedName = "run-ledger journal",
            AutomaticRecoveryEnabled = false,
        };
        broker.Configure(factory);
        return _connection = await factory.CreateConnectionAsync(cancellationToken);
    }

    /// <summary>How many messages a queue has, by the broker's count of some seconds ago.</summary>
    public async Task<uint> Count(string queue, CancellationToken cancellationToken) =>
        (await Look(queue, cancellationToken)).MessageCount;

    /// <summary>How many messages a queue has, and who takes them.</summary>
    public async Task<QueueDeclareOk> Look(string queue, CancellationToken cancellationToken)
    {
        var connection = await Open(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        return await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
    }

    /// <summary>A consumer from one place on.</summary>
    /// <inheritdoc cref="JournalFeed.Open" path="/param"/>
    public async Task<JournalFeed> Consume(object from, ushort ahead, CancellationToken cancellationToken) =>
        await JournalFeed.Open(await Open(cancellationToken), stream, from, ahead, cancellationToken);

    /// <summary>The next time it is opened at the next host.</summary>
    public async Task Close()
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null)
            await connection.DisposeAsync();
    }

    /// <summary>
    /// Whether another host, or the same one later, may answer otherwise: all but what was asked for wrongly.
    /// </summary>
    public static bool MayPass(Exception exception) => IsElsewhere(exception)
        || exception is not OperationInterruptedException
        || exception is AlreadyClosedException
        || ((OperationInterruptedException)exception).ShutdownReason?.ReplyCode is not (Constants.NotFound
            or Constants.PreconditionFailed or Constants.AccessRefused or Constants.NotAllowed
            or Constants.NotImplemented or Constants.ResourceLocked);

    /// <summary>Whether the node that was asked has no copy of the stream that runs; others may.</summary>
    public static bool IsElsewhere(Exception exception) =>
        exception is OperationInterruptedException { ShutdownReason.ReplyText: { } text }
        && text.Contains("replica on the local node", StringComparison.Ordinal);

    /// <summary>Null for what is not the broker's answer or absence, and for what the caller ended.</summary>
    public string? Describe(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        // The client's own limit: a broker that is there and says nothing, such as one of a minority.
        OperationCanceledException =>
            cancellationToken.IsCancellationRequested ? null : $"{broker.DisplayText} does not answer.",
        OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotFound } =>
            $"There is no stream {stream} on {broker.DisplayText}: set Journal__Enabled=true for the service, which "
            + "makes it; what was published before is not in it.",
        _ when IsElsewhere(exception) =>
            $"No node of {broker.DisplayText} that was asked has a copy of the stream {stream}: name all hosts of the "
            + "cluster (amqp://user:password@a,b,c), or give that node one (rabbitmq-streams add_replica).",
        OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.PreconditionFailed } reason } =>
            $"{stream} on {broker.DisplayText} is a queue and no stream. The broker says: {reason.ReplyText}",
        OperationInterruptedException e and not AlreadyClosedException =>
            $"{broker.DisplayText} does not give the stream {stream}: {e.ShutdownReason?.ReplyText ?? e.Message}",
        RabbitMQClientException or IOException or TimeoutException =>
            $"{broker.DisplayText} cannot be asked: {exception.GetBaseException().Message.ReplaceLineEndings(" ")}",
        _ => null,
    };

    public async ValueTask DisposeAsync() => await Close();
}
