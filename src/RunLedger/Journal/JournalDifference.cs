namespace RunLedger.Journal;

/// <summary>A row of the ledger's tables that is not what the log says.</summary>
/// <param name="Table">Of which table.</param>
/// <param name="Id">Its id.</param>
/// <param name="InLedger">Whether the ledger has it.</param>
/// <param name="InLog">Whether the log makes it.</param>
/// <param name="IsOlder">
/// Whether the ledger had it before the log begins, so that what makes the difference may have been said before.
/// </param>
/// <param name="Columns">What differs, where both have it.</param>
sealed record JournalDifference(
    string Table, Guid Id, bool InLedger, bool InLog, bool IsOlder, IReadOnlyList<DifferentColumn> Columns);

/// <summary>A column that differs, with both values as text.</summary>
readonly record struct DifferentColumn(string Name, string? Ledger, string? Log);
