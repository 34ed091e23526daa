namespace RunLedger.Service.Database;

/// <summary>Where a page ended: the sort key of its last row. The next page holds the rows after it.</summary>
readonly record struct PageKey(DateTime? At, Guid Id);
