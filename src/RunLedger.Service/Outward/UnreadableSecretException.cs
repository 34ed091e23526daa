namespace RunLedger.Service.Outward;

/// <summary>A secret is named and not there; the message names it, never what it holds.</summary>
sealed class UnreadableSecretException(string message) : Exception(message);
