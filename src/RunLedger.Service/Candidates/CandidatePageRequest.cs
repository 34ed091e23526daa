namespace RunLedger.Service.Candidates;

/// <summary>Which page of the candidates is asked for: they are in the order of their codes.</summary>
/// <param name="List">The list and its filters, as one text: its cursors belong to it.</param>
/// <param name="Limit">How many the page holds at most.</param>
/// <param name="After">The code that the page before ended with; null for the first page.</param>
sealed record CandidatePageRequest(string List, int Limit, string? After);
