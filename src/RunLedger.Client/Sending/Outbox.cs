using System.Threading.Channels;
using RunLedger.Contracts;

namespace RunLedger.Client.Sending;

/// <summary>
/// Where callers put what they report: memory of a fixed size, from which the sender takes. Putting does no I/O and
/// never waits; where it is full the oldest goes.
/// </summary>
sealed class Outbox
{
    readonly Channel<Report> _waiting;
    long _last;
    long _added;
    long _dropped;
    long _refused;

    public Outbox(RunLedgerClientOptions options, TimeProvider time)
    {
        (Options, Time) = (options, time);
        _waiting = Channel.CreateBounded<Report>(
            new BoundedChannelOptions(options.BufferSize)
            {
                FullMode = BoundedChannelFullMode.DropOldest,
                SingleReader = true,
            },
            _ => Interlocked.Increment(ref _dropped));
    }

    public RunLedgerClientOptions Options { get; }

    public TimeProvider Time { get; }

    public ChannelReader<Report> Waiting => _waiting.Reader;

    /// <summary>
    /// How many were dropped because there was no room, or came after the last, since the process started.
    /// </summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many runs had no candidate that could be stored.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>How many were put here.</summary>
    public long Added => Interlocked.Read(ref _added);

    public void Add(RunObservation message, string? traceParent)
    {
        Interlocked.Increment(ref _added);
        // Only where it was closed is there no room.
        if (!_waiting.Writer.TryWrite(new Report(message, traceParent)))
            Interlocked.Increment(ref _dropped);
    }

    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>No more comes; what waits can still be taken.</summary>
    public void Close() => _waiting.Writer.TryComplete();

    /// <summary>
    /// The clock to the microsecond, which the ledger keeps; every call is later than the one before.
    /// </summary>
    public DateTimeOffset Now()
    {
        var now = Time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _last);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);
        return new DateTimeOffset(next * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }
}
