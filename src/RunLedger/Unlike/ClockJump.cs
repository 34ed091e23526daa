namespace RunLedger.Unlike;

/// <summary>
/// Whether the clock goes as time does. One that was put forward, or back, may be put right a moment later: for some
/// minutes nothing is concluded from it.
/// </summary>
sealed class ClockJump(TimeProvider time)
{
    static readonly TimeSpan Usual = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Doubted = TimeSpan.FromMinutes(10);

    (DateTimeOffset Clock, long Stamp)? _last;
    long? _jumpedAt;

    /// <summary>Compares how far the clock went with how long it took. False while it is doubted.</summary>
    public bool Look()
    {
        var (clock, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        if (_last is var (before, then) && (clock - before - time.GetElapsedTime(then, stamp)).Duration() > Usual)
            _jumpedAt = stamp;
        _last = (clock, stamp);
        if (_jumpedAt is { } jumped && time.GetElapsedTime(jumped, stamp) >= Doubted)
            _jumpedAt = null;
        return _jumpedAt is null;
    }
}
