namespace RunLedger.Journal;

/// <summary>
/// When a message was published, by the broker's clock, as far as somebody needs to know: a stream can only be asked
/// what it begins with at a time. What was found is kept, so that few ask.
/// </summary>
/// <param name="firstAt">The first offset of a time or later; null where there is none yet.</param>
/// <param name="now">No message is later.</param>
sealed class JournalTimes(Func<DateTime, Task<long?>> firstAt, DateTime now)
{
    static readonly TimeSpan Ahead = TimeSpan.FromHours(23);

    /// <summary>What is read now, and all that follows, is not earlier.</summary>
    DateTime _floor = DateTime.MinValue;

    /// <summary>All up to this offset is earlier than that time.</summary>
    (DateTime Time, long Offset) _ceiling = (DateTime.MaxValue, -1);

    /// <summary>Whether the message, after which no earlier one is asked for, came at that time or later.</summary>
    public async Task<bool> CameSince(long offset, DateTime time)
    {
        if (time <= _floor)
            return true;
        if (time >= _ceiling.Time && offset < _ceiling.Offset)
            return false;
        // What was said at once came about a day later than what this asks for: that answers the next ones too.
        foreach (var since in (DateTime[])[time + Ahead, time])
        {
            if (since > now)
                continue;
            var first = await firstAt(since);
            if (first <= offset)
            {
                _floor = since;
                return true;
            }

            if (since == time)
                _ceiling = (time, first ?? long.MaxValue);
        }

        return time <= _floor;
    }

    /// <summary>When what has the first offset was published: that second or within the next.</summary>
    /// <param name="first">The first offset of the stream.</param>
    public async Task<DateTime> Began(long first)
    {
        var (high, step) = (now, TimeSpan.FromSeconds(10));
        var low = now - step;
        for (; !await IsFirst(low); low = now - step)
            (high, step) = (low, step * 8);
        while (high - low > TimeSpan.FromSeconds(1))
        {
            var middle = low + ((high - low) / 2);
            if (await IsFirst(middle))
                low = middle;
            else
                high = middle;
        }

        return new(low.Ticks - (low.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);

        async Task<bool> IsFirst(DateTime time) =>
            time < DateTime.UnixEpoch || (await firstAt(time) is { } offset && offset <= first);
    }
}
