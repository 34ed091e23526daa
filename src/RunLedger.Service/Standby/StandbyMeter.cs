using System.Diagnostics.Metrics;
using RunLedger.Telemetry;

namespace RunLedger.Service.Standby;

/// <summary>How far the standby is behind, and who answers; docs/metrics.md says what each instrument means.</summary>
sealed class StandbyMeter : IDisposable
{
    const string Source = "runledger.answer.source";

    readonly Meter _meter;
    readonly CountedTags _answers;

    public StandbyMeter(IMeterFactory factory, StandbyState state)
    {
        _meter = factory.Create(RunLedgerRegistration.Telemetry);
        _meter.CreateObservableGauge(
            "runledger.standby.lag", () => Lag(state), "s", "How far the standby that is read from is behind.");
        _answers = new(
            _meter, "runledger.answers", "{answer}", "Answers about the ledger, by where they were read.",
            [[new(Source, ReadSource.Standby)], [new(Source, ReadSource.Primary)]]);
    }

    public void Answered(bool byStandby) => _answers.Add(byStandby ? 0 : 1);

    public void Dispose() => _meter.Dispose();

    static IEnumerable<Measurement<double>> Lag(StandbyState state) =>
        state.Behind is { } behind ? [new(behind.TotalSeconds)] : [];
}
