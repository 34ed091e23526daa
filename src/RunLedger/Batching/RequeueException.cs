namespace RunLedger.Batching;

/// <summary>
/// The message was not handled and goes back to its queue untouched, because the process stops or a newer one must
/// take it. Not an <see cref="OperationCanceledException"/>: MassTransit turns those into faults of the saga.
/// </summary>
sealed class RequeueException(string message) : Exception(message);
