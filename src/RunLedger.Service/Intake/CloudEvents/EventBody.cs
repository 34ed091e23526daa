using MassTransit;

namespace RunLedger.Service.Intake.CloudEvents;

/// <summary>
/// What any message in the queue of CloudEvents becomes; what it holds is read from its transport. Never on the wire:
/// the deserializer makes it.
/// </summary>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record EventBody;
