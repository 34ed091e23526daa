namespace RunLedger.Service.Standby;

/// <summary>On a route whose GET only reads, and may do so on a standby.</summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class ReadsOnlyAttribute : Attribute;
