using System.Diagnostics.Metrics;
using RunLedger.Telemetry;

namespace RunLedger.Service.Channels;

/// <summary>What people are told; docs/metrics.md says what each instrument means.</summary>
sealed class IncidentMeter : IDisposable
{
    public static readonly string[] Kinds = ["webhook", "slack", "teams", "mail", "pagerduty"];
    static readonly string[] Changes = [MessageKinds.Opened, MessageKinds.Changed, MessageKinds.Recovered];

    readonly Meter _meter;
    readonly CountedTags _incidents;
    readonly CountedTags _deliveries;

    readonly TimeProvider _time;
    long _lookedAt;
    int _failing;

    /// <param name="factory">Whose meter it is.</param>
    /// <param name="time">What age is measured with.</param>
    public IncidentMeter(IMeterFactory factory, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        Looked(0);
        _meter = factory.Create(RunLedgerRegistration.Telemetry);
        _incidents = new(
            _meter, "runledger.incidents", "{incident}", "Incidents that were told, told again, and told to be over.",
            [
                .. Changes.Select(change => new KeyValuePair<string, object?>[]
                {
                    new("runledger.incident.change", change),
                }),
            ]);
        _deliveries = new(
            _meter, "runledger.channel.messages", "{message}", "Attempts to tell a message through a channel.",
            [.. from kind in Kinds from outcome in (string[])["sent", "failed"]
                select new KeyValuePair<string, object?>[]
                {
                    new("runledger.channel.kind", kind), new("runledger.outcome", outcome),
                }]);
        _meter.CreateObservableGauge(
            "runledger.incidents.look.age", () => LookAge.TotalSeconds, "s",
            "Since this process last looked for incidents, or since its start.");
        _meter.CreateObservableGauge(
            "runledger.channels.failing", () => Failing, "{channel}",
            "Channels through which nothing gets, as they were when this process last looked.");
    }

    /// <summary>Since this process last looked for incidents, or since its start.</summary>
    public TimeSpan LookAge => _time.GetElapsedTime(Interlocked.Read(ref _lookedAt));

    /// <summary>Through how many channels nothing got when this process last looked.</summary>
    public int Failing => Volatile.Read(ref _failing);

    /// <summary>A look came to its end.</summary>
    /// <param name="failing">Through how many channels nothing gets.</param>
    public void Looked(int failing)
    {
        Volatile.Write(ref _failing, failing);
        Interlocked.Exchange(ref _lookedAt, _time.GetTimestamp());
    }

    /// <param name="change">Which of <see cref="MessageKinds"/>.</param>
    public void Told(string change) => _incidents.Add(Array.IndexOf(Changes, change));

    public void Sent(string kind, bool delivered) =>
        _deliveries.Add((Array.IndexOf(Kinds, kind) * 2) + (delivered ? 0 : 1));

    public void Dispose() => _meter.Dispose();
}
