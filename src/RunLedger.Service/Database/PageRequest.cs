namespace RunLedger.Service.Database;

/// <summary>Which page of a list is asked for.</summary>
/// <param name="List">The list and its filters, as one text: its cursors belong to it.</param>
/// <param name="Limit">How many rows the page holds at most.</param>
/// <param name="After">Where the page before ended; null for the first page.</param>
/// <param name="Before">
/// Where the page after begins, for a page that goes back; then <paramref name="After"/> is null.
/// </param>
sealed record PageRequest(string List, int Limit, PageKey? After, PageKey? Before);
