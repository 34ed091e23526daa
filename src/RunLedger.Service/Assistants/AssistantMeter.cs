using System.Diagnostics.Metrics;

namespace RunLedger.Service.Assistants;

/// <summary>What assistants ask; docs/metrics.md says what the instrument means.</summary>
sealed class AssistantMeter : IDisposable
{
    const string Tool = "runledger.assistant.tool";
    const string Outcome = "runledger.assistant.outcome";

    readonly Meter _meter;
    readonly Counter<long> _calls;

    public AssistantMeter(IMeterFactory factory)
    {
        _meter = factory.Create(RunLedgerRegistration.Telemetry);
        _calls = _meter.CreateCounter<long>(
            "runledger.assistant.calls", "{call}", "Calls of tools by assistants, by tool and by what became of them.");
    }

    public void Called(string tool, bool answered) =>
        _calls.Add(1, new(Tool, tool), new(Outcome, answered ? "answered" : "refused"));

    public void Dispose() => _meter.Dispose();
}
