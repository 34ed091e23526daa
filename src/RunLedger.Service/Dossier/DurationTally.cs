using System.Numerics;

namespace RunLedger.Service.Dossier;

/// <summary>
/// How long runs took. Sums are of whole microseconds, exactly, so that the order in which they come says nothing.
/// </summary>
sealed class DurationTally
{
    /// <summary>What a double, and so a reader of JSON, keeps of a number.</summary>
    const int Digits = 15;
    const int Decimals = 6;

    readonly List<long> _micros = [];
    Int128 _sum, _squares;
    long _unknown;

    /// <summary>A start behind its end is a matter of clocks and no duration.</summary>
    public void Add(long? startedAt, long endedAt)
    {
        if (startedAt is not { } started || started > endedAt)
        {
            _unknown++;
            return;
        }

        _micros.Add(endedAt - started);
        _sum += endedAt - started;
        _squares += (Int128)(endedAt - started) * (endedAt - started);
    }

    public DurationFigures Figures()
    {
        _micros.Sort();
        BigInteger n = _micros.Count;
        return new()
        {
            Runs = _micros.Count,
            Unknown = _unknown,
            P50Seconds = Percentile(50),
            P95Seconds = Percentile(95),
            MeanSeconds = n == 0 ? null : Ratio(_sum, n * 1_000_000),
            VarianceSeconds2 = n < 2 ? null
                : Ratio(n * _squares - (BigInteger)_sum * _sum, n * (n - 1) * 1_000_000 * 1_000_000),
        };
    }

    decimal? Percentile(int percent) => _micros.Count == 0
        ? null
        : Rates.Seconds(_micros[(int)(((long)_micros.Count * percent + 99) / 100) - 1]);

    /// <summary>Rounded half up to six decimals, or to as many as fifteen digits leave.</summary>
    static decimal Ratio(BigInteger of, BigInteger by)
    {
        var whole = (of / by).ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        var decimals = Math.Clamp(Digits - whole, 0, Decimals);
        var scale = BigInteger.Pow(10, decimals);
        return (decimal)((of * scale * 2 + by) / (by * 2)) / (decimal)scale;
    }
}
