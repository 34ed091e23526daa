using MassTransit;

namespace RunLedger.Intake;

/// <summary>
/// What a body that is no observation becomes on its way to <c>rejected_observation</c>. Never on the wire: the
/// deserializer makes it.
/// </summary>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record RejectedBody(string? Contract, string Reason);
