using System.Numerics;

namespace RunLedger.Telemetry;

/// <summary>
/// How long what was committed lately had been under way: counted by length, each an eighth longer than the last, for
/// the minute that is not over and the one before it.
/// </summary>
sealed class LagWindow
{
    /// <summary>Of a doubling so many lengths are told apart.</summary>
    const int Parts = 8;
    const int PartBits = 3;

    /// <summary>More than a month: what is longer counts as that.</summary>
    const int Most = 320;

    static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    long[] _current = new long[Most];
    long[] _before = new long[Most];
    DateTime? _since;

    /// <summary>May be called by several at once.</summary>
    public void Add(TimeSpan lag) => Interlocked.Increment(ref Volatile.Read(ref _current)[At(lag)]);

    /// <summary>Asked again and again, by one: what is older than two minutes goes meanwhile.</summary>
    /// <param name="now">The clock.</param>
    /// <returns>
    /// So long half of them took at most, and nineteen in twenty; a little more rather than less. Null where nothing
    /// was committed that says when it was sent.
    /// </returns>
    public (TimeSpan P50, TimeSpan P95)? Of(DateTime now)
    {
        // A clock that was put back begins anew, too.
        var passed = (now - (_since ??= now)).Duration();
        if (passed >= Span)
        {
            _before = passed < 2 * Span ? _current : new long[Most];
            Volatile.Write(ref _current, new long[Most]);
            _since = now;
        }

        var counts = _before.Zip(_current, (one, other) => one + other).ToArray();
        var all = counts.Sum();
        return all == 0 ? null : (Quantile(counts, (all + 1) / 2), Quantile(counts, all - (all / 20)));
    }

    static TimeSpan Quantile(long[] counts, long rank)
    {
        var at = 0;
        for (var seen = counts[0]; seen < rank; seen += counts[at])
            at++;
        return Longest(at);
    }

    static int At(TimeSpan lag)
    {
        var micros = Math.Max(0, lag.Ticks / TimeSpan.TicksPerMicrosecond);
        if (micros < Parts)
            return (int)micros;
        var shift = BitOperations.Log2((ulong)micros) - PartBits;
        return Math.Min(Most - 1, ((shift + 1) * Parts) + (int)(micros >> shift) - Parts);
    }

    static TimeSpan Longest(int at) => TimeSpan.FromMicroseconds(
        at < Parts ? at : (((at % Parts) + Parts + 1L) << ((at / Parts) - 1)) - 1);
}
