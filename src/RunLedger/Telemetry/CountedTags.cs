using System.Diagnostics.Metrics;

namespace RunLedger.Telemetry;

/// <summary>
/// A counter with one series for each of a few sets of tags, there from the beginning: what is not there yet cannot be
/// seen to rise. Counting is an addition, whoever listens.
/// </summary>
sealed class CountedTags
{
    readonly KeyValuePair<string, object?>[][] _tags;
    readonly long[] _counts;

    public CountedTags(
        Meter meter, string name, string unit, string description, KeyValuePair<string, object?>[][] tags)
    {
        _tags = tags;
        _counts = new long[tags.Length];
        meter.CreateObservableCounter(name, Observe, unit, description);
    }

    /// <param name="at">Which of the sets of tags.</param>
    /// <param name="count">How many more.</param>
    public void Add(int at, long count = 1) => Interlocked.Add(ref _counts[at], count);

    IEnumerable<Measurement<long>> Observe() =>
        _tags.Select((tags, at) => new Measurement<long>(Interlocked.Read(ref _counts[at]), tags));
}
