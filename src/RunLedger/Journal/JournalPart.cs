using RunLedger.Storage.Rows;

namespace RunLedger.Journal;

/// <summary>One observation or definition of a message, or that there is none.</summary>
/// <param name="Contract">What it says it is; null where it does not.</param>
/// <param name="Message">The observation or definition; null where it is none.</param>
/// <param name="Reason">Why it is none; null where it is one.</param>
/// <param name="Reject">What is set aside of it, for a reason.</param>
readonly record struct JournalPart(
    string? Contract, object? Message, string? Reason, Func<string, RejectedRow> Reject);
