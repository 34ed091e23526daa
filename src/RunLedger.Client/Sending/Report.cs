using RunLedger.Contracts;

namespace RunLedger.Client.Sending;

/// <summary>What is to be sent, and the trace it belongs to as a W3C <c>traceparent</c>.</summary>
readonly record struct Report(RunObservation Message, string? TraceParent);
