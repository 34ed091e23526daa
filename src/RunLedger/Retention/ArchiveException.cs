namespace RunLedger.Retention;

/// <summary>The archive's files cannot be written, or are not as they were; the message says what and where.</summary>
sealed class ArchiveException(string message, Exception? innerException = null) : Exception(message, innerException);
