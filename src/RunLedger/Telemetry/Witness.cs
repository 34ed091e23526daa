namespace RunLedger.Telemetry;

/// <summary>Others than the ledger's own publishers, whose events are about much that is no run.</summary>
enum Witness
{
    /// <summary>Spans of OpenTelemetry.</summary>
    Otlp,

    /// <summary>CloudEvents.</summary>
    CloudEvents,
}
