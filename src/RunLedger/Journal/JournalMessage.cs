using RunLedger.Broker;

namespace RunLedger.Journal;

/// <summary>A message as the stream keeps it.</summary>
/// <param name="Offset">Its number in the stream, from 0.</param>
/// <param name="Delivery">What was published.</param>
readonly record struct JournalMessage(long Offset, Delivery Delivery);
