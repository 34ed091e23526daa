namespace RunLedger.Service.Outward;

/// <summary>An address that is not called; the message tells a person why, and which setting allows it.</summary>
sealed class RefusedAddressException(string message) : Exception(message);
