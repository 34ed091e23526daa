namespace RunLedger.Telemetry;

/// <summary>When to speak of what lasts: when it begins, once a minute from then on, and when it ends.</summary>
sealed class Outage(TimeProvider time)
{
    static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    long? _begun;
    long _said;

    /// <summary>It is so; whether that is to be said now.</summary>
    public bool Say()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_begun is not null && time.GetElapsedTime(_said, now) < Again)
                return false;
            _begun ??= now;
            _said = now;
            return true;
        }
    }

    /// <summary>It is over; how long it was so, null where it was not.</summary>
    public TimeSpan? End()
    {
        lock (_lock)
        {
            if (_begun is not { } begun)
                return null;
            _begun = null;
            return time.GetElapsedTime(begun);
        }
    }
}
