namespace RunLedger.Schema;

/// <summary>The schema cannot be changed or rehearsed as asked; the message tells a person why.</summary>
sealed class SchemaException(string message, Exception? inner = null) : Exception(message, inner);
