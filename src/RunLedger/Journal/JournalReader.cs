using System.Runtime.CompilerServices;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;

namespace RunLedger.Journal;

/// <summary>
/// Reads the stream between two offsets, in order. Nothing of it waits for ever: the end is known before it begins, and
/// a broker that gives nothing for half a minute is an error.
/// </summary>
sealed class JournalReader(BrokerAddress broker, string stream) : IAsyncDisposable
{
    /// <summary>Of messages that may be large: what is read ahead is in memory.</summary>
    const ushort Ahead = 100;

    const int Attempts = 5;

    static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    IConnection? _connection;
    JournalFeed? _feed;

    public string Stream => stream;

    /// <summary>Null where nothing is in the stream.</summary>
    /// <exception cref="JournalException">There is none, or the broker does not give it.</exception>
    public async Task<JournalEnds?> Ends(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await Connection(cancellationToken);
            uint count;
            await using (var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken))
                count = (await channel.QueueDeclarePassiveAsync(stream, cancellationToken)).MessageCount;
            JournalMessage first;
            await using (var beginning = await JournalFeed.Open(connection, stream, "first", 1, cancellationToken))
            {
                // The count is some seconds old.
                if (await beginning.Next(count > 0 ? Patience : 2 * Idle, cancellationToken) is not { } message)
                    return null;
                first = message;
            }

            return new(first, Math.Max(first.Offset, await Last(connection, cancellationToken)));
        }
        catch (Exception e) when (Describe(e) is { } words)
        {
            throw new JournalException(words);
        }
    }

    /// <summary>
    /// The messages from one offset to another, both included, as far as they are there: retention may take the first.
    /// </summary>
    /// <exception cref="JournalException">The broker does not give them.</exception>
    public async IAsyncEnumerable<JournalMessage> Read(
        long from, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = from; next <= last;)
        {
            var message = await Next(next, last, cancellationToken);
            if (message.Offset > last)
                break;
            if (message.Offset < next)
                continue;
            next = message.Offset + 1;
            yield return message;
        }

        await Close();
    }

    /// <summary>
    /// The first offset that was published at that time or later, to the second; null where there is none yet.
    /// </summary>
    /// <exception cref="JournalException">The broker does not say.</exception>
    public async Task<long?> FirstAt(DateTime at, CancellationToken cancellationToken)
    {
        try
        {
            var from = new AmqpTimestamp(new DateTimeOffset(at, TimeSpan.Zero).ToUnixTimeSeconds());
            await using var feed = await JournalFeed.Open(
                await Connection(cancellationToken), stream, from, 1, cancellationToken);
            return (await feed.Next(Idle, cancellationToken))?.Offset;
        }
        catch (Exception e) when (Describe(e) is { } words)
        {
            throw new JournalException(words);
        }
    }

    /// <summary>How many messages wait in a queue; null where nobody says.</summary>
    public async Task<long?> Waiting(string queue, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await Connection(cancellationToken);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            return (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount;
        }
        catch (Exception e) when (Describe(e) is not null)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Close();
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    /// <summary>What goes on being written is not waited for.</summary>
    async Task<long> Last(IConnection connection, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestEnd);
        await using var end = await JournalFeed.Open(connection, stream, "last", Ahead, cancellationToken);
        var last = -1L;
        try
        {
            while (await end.Next(Idle, limit.Token) is { } message)
                last = message.Offset;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }

        return last;
    }

    async Task<JournalMessage> Next(long from, long last, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _feed ??= await JournalFeed.Open(
                    await Connection(cancellationToken), stream, from, Ahead, cancellationToken);
                if (await _feed.Next(Patience, cancellationToken) is { } message)
                    return message;
                throw new JournalException(
                    $"The stream {stream} gave nothing for {Patience.TotalSeconds:0} s, at offset {from} of {last}: "
                    + "look at the broker, and begin again.");
            }
            catch (Exception e) when (Describe(e) is { } words)
            {
                if (attempt == Attempts || e is OperationInterruptedException and not AlreadyClosedException)
                    throw new JournalException(words);
                await Close();
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    async Task<IConnection> Connection(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true })
            return _connection;
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
        var factory = new ConnectionFactory
        {
            ClientProvidedName = "run-ledger journal",
            AutomaticRecoveryEnabled = false,
        };
        broker.Configure(factory);
        return _connection = await factory.CreateConnectionAsync(cancellationToken);
    }

    async Task Close()
    {
        var feed = _feed;
        _feed = null;
        if (feed is not null)
            await feed.DisposeAsync();
    }

    /// <summary>Null for what is not the broker's answer or absence.</summary>
    string? Describe(Exception exception) => exception switch
    {
        OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotFound } =>
            $"There is no stream {stream} on {broker.DisplayText}: set Journal__Enabled=true for the service, which "
            + "makes it; what was published before is not in it.",
        OperationInterruptedException e and not AlreadyClosedException =>
            $"{broker.DisplayText} does not give the stream {stream}: {e.ShutdownReason?.ReplyText ?? e.Message}",
        RabbitMQClientException or IOException or TimeoutException =>
            $"{broker.DisplayText} cannot be asked: {exception.GetBaseException().Message.ReplaceLineEndings(" ")}",
        _ => null,
    };
}
