using System.Diagnostics.Metrics;

namespace RunLedger.Tests.Support;

/// <summary>What a ledger measured, by instrument and by the values of its tags.</summary>
sealed class Measured : IDisposable
{
    readonly MeterListener _listener = new();
    readonly Lock _lock = new();
    readonly Dictionary<string, List<double>> _values = [];

    /// <param name="meters">Whose meters: others in the process are somebody else's.</param>
    public Measured(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope != meters || instrument.Meter.Name != RunLedgerRegistration.Telemetry)
                return;
            Instruments.Add(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public List<Instrument> Instruments { get; } = [];

    /// <summary>The names of the tags that came with an instrument's values.</summary>
    public Dictionary<string, SortedSet<string>> Tags { get; } = [];

    /// <summary>
    /// The values of a counter, gauge or histogram: of those that are asked, as they are now; of others, each.
    /// </summary>
    /// <param name="series">
    /// The instrument and the values of its tags, with a space between: <c>runledger.flags stuck run</c>.
    /// </param>
    public IReadOnlyList<double> All(string series)
    {
        lock (_lock)
        {
            foreach (var asked in _values.Keys.Where(IsAsked).ToList())
                _values.Remove(asked);
        }

        _listener.RecordObservableInstruments();
        lock (_lock)
            return [.. _values.GetValueOrDefault(series, [])];
    }

    /// <summary>The only value.</summary>
    /// <inheritdoc cref="All" path="/param"/>
    public double One(string series) => Assert.Single(All(series));

    public void Dispose() => _listener.Dispose();

    bool IsAsked(string series) => Instruments.Single(one => one.Name == series.Split(' ')[0]).IsObservable;

    void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            var names = Tags.TryGetValue(instrument.Name, out var known) ? known : Tags[instrument.Name] = [];
            var series = instrument.Name;
            foreach (var (name, text) in tags)
            {
                names.Add(name);
                series += $" {text}";
            }

            if (!_values.TryGetValue(series, out var values))
                _values[series] = values = [];
            values.Add(value);
        }
    }
}
