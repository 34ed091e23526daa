using System.Threading.Channels;
using RunLedger.Contracts;

namespace RunLedger.Client.Sending;

/// <summary>
/// A queue of fixed size between callers and the sender. Adding does no I/O and never waits; when the queue is full the
/// oldest entry is dropped.
/// </summary>
sealed class Outbox
{
    readonly Channel<OutboxEntry> _channel;
    long _lastMicroseconds;
    long _added;
    long _dropped;
    long _rejectedRuns;

    public Outbox(RunLedgerClientOptions options, TimeProvider time)
    {
        (Options, Time) = (options, time);
        _channel = Channel.CreateBounded<OutboxEntry>(
            new BoundedChannelOptions(options.BufferSize)
            {
                FullMode = BoundedChannelFullMode.DropOldest,
                SingleReader = true
            },
            _ => Interlocked.Increment(ref _dropped));
    }

    public RunLedgerClientOptions Options { get; }

    public TimeProvider Time { get; }

    public ChannelReader<OutboxEntry> Reader => _channel.Reader;

    /// <summary>
    /// How many entries were dropped since the process started, because there was no room or the outbox was closed.
    /// </summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many runs were rejected because their candidate cannot be stored.</summary>
    public long RejectedRuns => Interlocked.Read(ref _rejectedRuns);

    /// <summary>How many entries were added.</summary>
    public long Added => Interlocked.Read(ref _added);

    public void Add(RunObservation message, string? traceParent)
    {
        Interlocked.Increment(ref _added);
        // This fails only when the outbox is closed.
        if (!_channel.Writer.TryWrite(new OutboxEntry(message, traceParent)))
            Interlocked.Increment(ref _dropped);
    }

    public void RejectRun() => Interlocked.Increment(ref _rejectedRuns);

    /// <summary>Ends adding; the entries that wait can still be read.</summary>
    public void Close() => _channel.Writer.TryComplete();

    /// <summary>
    /// The time to the microsecond, the ledger's precision; every call returns a later time than the one before.
    /// </summary>
    public DateTimeOffset Now()
    {
        var now = Time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _lastMicroseconds);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref _lastMicroseconds, next, last) != last);
        return new DateTimeOffset(next * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }
}
