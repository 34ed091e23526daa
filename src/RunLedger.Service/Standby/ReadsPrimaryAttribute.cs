namespace RunLedger.Service.Standby;

/// <summary>On a route that only reads and does so on the primary, whatever its group may.</summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class ReadsPrimaryAttribute : Attribute;
