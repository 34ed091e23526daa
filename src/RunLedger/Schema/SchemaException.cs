namespace RunLedger.Schema;

/// <summary>The schema cannot be changed or rehearsed as asked; the message says why and what to do, to a person.</summary>
sealed class SchemaException(string message, Exception? inner = null) : Exception(message, inner);
