using System.Runtime.CompilerServices;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;

namespace RunLedger.Journal;

/// <summary>
/// Reads the stream between two offsets, in order. Nothing of it waits for ever: the end is known before it begins. A
/// broker that has answered once may be away for two minutes, as one that restarts or a node of a cluster that fails;
/// it is asked at the next of its hosts, for what comes after the last message.
/// </summary>
/// <param name="broker">Where it is.</param>
/// <param name="stream">Its name.</param>
/// <param name="time">The clock.</param>
/// <param name="say">Is told that the broker is away, once while it is.</param>
sealed class JournalReader(BrokerAddress broker, string stream, TimeProvider time, Action<string>? say = null)
    : IAsyncDisposable
{
    /// <summary>Of messages that may be large: what is read ahead is in memory.</summary>
    const ushort Ahead = 100;

    static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(2);

    /// <summary>At first, where only another node has a copy of the stream.</summary>
    static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(20);

    readonly JournalConnection _connection = new(broker, stream);
    JournalFeed? _feed;
    bool _answered;

    public string Stream => stream;

    /// <summary>Null where nothing is in the stream.</summary>
    /// <exception cref="JournalException">There is none, or the broker does not give it.</exception>
    public Task<JournalEnds?> Ends(CancellationToken cancellationToken) => Ask<JournalEnds?>(
        async () =>
        {
            var count = await _connection.Count(stream, cancellationToken);
            await using var beginning = await _connection.Consume("first", 1, cancellationToken);
            // The count is some seconds old.
            return await beginning.Next(count > 0 ? Patience : 2 * Idle, cancellationToken) is { Offset: var first }
                ? new(first, Math.Max(first, await Last(cancellationToken)))
                : null;
        },
        cancellationToken);

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
    /// <param name="at">The time.</param>
    /// <param name="patience">How long to wait before there is none.</param>
    /// <exception cref="JournalException">The broker does not say.</exception>
    public Task<long?> FirstAt(DateTime at, TimeSpan patience, CancellationToken cancellationToken) =>
        Ask(
            async () =>
            {
                var from = new AmqpTimestamp(new DateTimeOffset(at, TimeSpan.Zero).ToUnixTimeSeconds());
                await using var feed = await _connection.Consume(from, 1, cancellationToken);
                return (await feed.Next(patience, cancellationToken))?.Offset;
            },
            cancellationToken);

    /// <summary>How many messages wait in a queue; 0 where nobody says.</summary>
    public async Task<long> Waiting(string queue, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.Count(queue, cancellationToken);
        }
        catch (Exception e) when (_connection.Describe(e, cancellationToken) is not null)
        {
            return 0;
        }
    }

    /// <summary>Whether more wait in a queue, and somebody takes them: it has room later.</summary>
    /// <exception cref="JournalException">The broker does not say.</exception>
    public Task<bool> IsFull(string queue, long most, CancellationToken cancellationToken) => Ask(
        async () => await _connection.Look(queue, cancellationToken) is { ConsumerCount: > 0 } look
            && look.MessageCount > most,
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Close();
        await _connection.DisposeAsync();
    }

    async Task<T> Ask<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (long? since = null; ;)
        {
            try
            {
                var answer = await work();
                _answered = true;
                return answer;
            }
            catch (Exception e) when (_connection.Describe(e, cancellationToken) is not null)
            {
                var words = _connection.Describe(e, cancellationToken)!;
                await Close();
                await _connection.Close();
                var limit = _answered ? LongestOutage
                    : JournalConnection.IsElsewhere(e) ? LongestSearch : TimeSpan.Zero;
                var first = since is null;
                var away = time.GetElapsedTime(since ??= time.GetTimestamp());
                if (away + Pause > limit || !JournalConnection.MayPass(e))
                    throw new JournalException(words);
                if (first && _answered)
                    say?.Invoke($"{words} It is asked again for {limit.TotalSeconds:0} s.");
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>What goes on being written is not waited for.</summary>
    async Task<long> Last(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestEnd);
        await using var end = await _connection.Consume("last", Ahead, cancellationToken);
        if (await end.Next(Patience, cancellationToken) is not { Offset: var last })
            throw new TimeoutException($"the stream does not say where it ends within {Patience.TotalSeconds:0} s.");
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

    Task<JournalMessage> Next(long from, long last, CancellationToken cancellationToken) => Ask(
        async () =>
        {
            _feed ??= await _connection.Consume(from, Ahead, cancellationToken);
            return await _feed.Next(Patience, cancellationToken) ?? throw new TimeoutException(
                $"the stream gave nothing for {Patience.TotalSeconds:0} s, at offset {from} of {last}.");
        },
        cancellationToken);

    async Task Close()
    {
        var feed = _feed;
        _feed = null;
        if (feed is not null)
            await feed.DisposeAsync();
    }
}
