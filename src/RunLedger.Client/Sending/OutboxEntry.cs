using RunLedger.Contracts;

namespace RunLedger.Client.Sending;

/// <summary>An observation to send, and the trace it belongs to as a W3C <c>traceparent</c>.</summary>
readonly record struct OutboxEntry(RunObservation Message, string? TraceParent);
