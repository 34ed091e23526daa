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

    public IncidentMeter(IMeterFactory factory)
    {
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
    }

    /// <param name="change">Which of <see cref="MessageKinds"/>.</param>
    public void Told(string change) => _incidents.Add(Array.IndexOf(Changes, change));

    public void Sent(string kind, bool delivered) =>
        _deliveries.Add((Array.IndexOf(Kinds, kind) * 2) + (delivered ? 0 : 1));

    public void Dispose() => _meter.Dispose();
}
