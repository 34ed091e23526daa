using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RunLedger.Broker;

namespace RunLedger.Journal;

/// <summary>A consumer of the stream from one place on. The broker is so many messages ahead at most.</summary>
sealed class JournalFeed : IAsyncBasicConsumer, IAsyncDisposable
{
    /// <summary>Where a message says its offset, and a consumer where it begins.</summary>
    public const string OffsetHeader = "x-stream-offset";

    readonly IChannel _channel;
    readonly string _stream;
    readonly ushort _ahead;
    readonly Channel<(ulong Tag, JournalMessage Message)> _came =
        Channel.CreateUnbounded<(ulong, JournalMessage)>(new() { SingleReader = true, SingleWriter = true });

    int _unacknowledged;
    ulong _last;

    JournalFeed(IChannel channel, string stream, ushort ahead) =>
        (_channel, _stream, _ahead) = (channel, stream, ahead);

    IChannel? IAsyncBasicConsumer.Channel => _channel;

    /// <param name="connection">The broker.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="from">An offset, a time, <c>first</c> or <c>last</c>.</param>
    /// <param name="ahead">How many messages are held at most.</param>
    public static async Task<JournalFeed> Open(
        IConnection connection, string stream, object from, ushort ahead, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            var feed = new JournalFeed(channel, stream, ahead);
            await channel.BasicQosAsync(0, ahead, global: false, cancellationToken);
            await channel.BasicConsumeAsync(
                stream, autoAck: false, "", noLocal: false, exclusive: false,
                new Dictionary<string, object?> { [OffsetHeader] = from }, feed, cancellationToken);
            return feed;
        }
        catch
        {
            await channel.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next message, of which the one before is done; null where none comes for so long.</summary>
    /// <exception cref="IOException">The broker ended it.</exception>
    /// <exception cref="JournalException">It is no stream.</exception>
    public async Task<JournalMessage?> Next(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_unacknowledged >= _ahead / 2 && _last > 0)
        {
            await _channel.BasicAckAsync(_last, multiple: true, cancellationToken);
            _unacknowledged = 0;
        }

        if (!_came.Reader.TryRead(out var next))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(patience);
            try
            {
                next = await _came.Reader.ReadAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
            catch (ChannelClosedException e)
            {
                throw e.InnerException as JournalException ?? (Exception)new IOException(e.InnerException?.Message, e);
            }
        }

        _last = next.Tag;
        _unacknowledged++;
        return next.Message;
    }

    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    public Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        // What was published may have had a header of that name only as something else.
        if (properties.Headers?.TryGetValue(OffsetHeader, out var offset) is true && offset is long number)
        {
            // The client takes the body back when this returns.
            _came.Writer.TryWrite((deliveryTag, new(number, new Delivery(exchange, properties, body.ToArray()))));
        }
        else
        {
            _came.Writer.TryComplete(new JournalException($"{_stream} is a queue and no stream."));
        }

        return Task.CompletedTask;
    }

    public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken)
    {
        _came.Writer.TryComplete(new IOException("the stream was deleted, or its node left"));
        return Task.CompletedTask;
    }

    public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        _came.Writer.TryComplete(new IOException(reason.ReplyText));
        return Task.CompletedTask;
    }
}
