using NpgsqlTypes;

namespace RunLedger.Service.Standby;

/// <summary>
/// What is known of the standby, as <see cref="StandbyWatch"/> found it. While it cannot be read, which is said in the
/// log when that begins and when it ends, the primary answers.
/// </summary>
sealed class StandbyState(TimeProvider time, ILogger<StandbyState> log)
{
    readonly Lock _changing = new();
    Known _known = new("it was not asked yet", default, default);
    long? _away;

    /// <summary>Why it cannot be read; null while it can.</summary>
    public string? Fault => Volatile.Read(ref _known).Fault;

    public bool IsReadable => Fault is null;

    /// <summary>How far it is behind; null while it cannot be read.</summary>
    public TimeSpan? Behind => Volatile.Read(ref _known) is { Fault: null, Behind: var behind } ? behind : null;

    /// <summary>What of the primary's log could be read there a second ago, and so can be read now.</summary>
    public NpgsqlLogSequenceNumber Replayed => Volatile.Read(ref _known).Replayed;

    public void Read(TimeSpan behind, NpgsqlLogSequenceNumber replayed)
    {
        lock (_changing)
        {
            Volatile.Write(ref _known, new(null, behind, replayed));
            if (_away is { } begun)
                StandbyLog.Back(log, time.GetElapsedTime(begun));
            _away = null;
        }
    }

    public void Away(string fault)
    {
        lock (_changing)
        {
            Volatile.Write(ref _known, new(fault, default, default));
            if (_away is null)
                StandbyLog.Away(log, fault);
            _away ??= time.GetTimestamp();
        }
    }

    sealed record Known(string? Fault, TimeSpan Behind, NpgsqlLogSequenceNumber Replayed);
}
