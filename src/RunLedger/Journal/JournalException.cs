namespace RunLedger.Journal;

/// <summary>The journal cannot be used: what is wrong and what to do, for a person.</summary>
sealed class JournalException(string message) : Exception(message);
