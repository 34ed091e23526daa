using RabbitMQ.Client;

namespace RunLedger.Broker;

/// <summary>A message as the broker delivered it.</summary>
/// <param name="Exchange">What it was published to.</param>
/// <param name="Properties">Its properties and headers.</param>
/// <param name="Body">Its body, which stays.</param>
readonly record struct Delivery(string Exchange, IReadOnlyBasicProperties Properties, ReadOnlyMemory<byte> Body);
