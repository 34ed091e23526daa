namespace RunLedger.Service.Rejected;

/// <summary>Which rejected rows a list shows.</summary>
/// <param name="State">Only rows in this state; null for any.</param>
/// <param name="Fingerprint">Only open rows of this group; null for any.</param>
sealed record RejectedFilter(string? State, string? Fingerprint);
