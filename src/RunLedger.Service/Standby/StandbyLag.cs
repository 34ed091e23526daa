using NpgsqlTypes;

namespace RunLedger.Service.Standby;

/// <summary>
/// How far behind a standby is: for how long there has been something in the primary's log that cannot be read there.
/// A primary that rests is not behind itself, however long ago its last commit was. What is told is never too little:
/// where it is not known to the moment, it is counted from the last moment that is known to be there.
/// </summary>
sealed class StandbyLag
{
    /// <summary>Of a standby that is behind; without more of them what is told only grows coarser.</summary>
    const int MostPlaces = 4_096;

    /// <summary>Where the primary was when, of what the standby has not replayed; oldest first.</summary>
    readonly Queue<(NpgsqlLogSequenceNumber Written, TimeSpan At)> _ahead = [];

    (NpgsqlLogSequenceNumber Written, TimeSpan At)? _last;
    TimeSpan? _reached;

    /// <param name="now">Of a clock that is never set.</param>
    /// <param name="primary">Asked before the standby; null where it cannot be asked.</param>
    /// <param name="replayed">What can be read on the standby.</param>
    /// <param name="lastCommit">When the newest commit there was made, by the primary's clock.</param>
    /// <returns>Null where nothing is known yet that is on both.</returns>
    public TimeSpan? Measure(
        TimeSpan now, PrimaryPosition? primary, NpgsqlLogSequenceNumber replayed, DateTime? lastCommit)
    {
        if (primary is { Written: var written })
            Note(written, now);
        while (_ahead.TryPeek(out var place) && place.Written <= replayed)
            _reached = _ahead.Dequeue().At;
        if (_last is { } last && last.Written <= replayed)
            _reached = last.At;
        var behind = now - _reached;
        // What was committed before the newest commit is there too.
        if (primary is { At: var at } && lastCommit is { } commit)
        {
            var since = TimeSpan.FromTicks(Math.Max(0, (at - commit).Ticks));
            behind = behind is { } known && known < since ? known : since;
        }

        return behind;
    }

    void Note(NpgsqlLogSequenceNumber written, TimeSpan now)
    {
        // A primary that rests is where it was, only later.
        if (_last is not { } last || written != last.Written)
        {
            if (_ahead.Count < MostPlaces)
                _ahead.Enqueue((written, now));
        }

        _last = (written, now);
    }
}
