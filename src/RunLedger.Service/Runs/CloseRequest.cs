using System.ComponentModel;

namespace RunLedger.Service.Runs;

/// <summary>What an operator says to end a run by hand.</summary>
sealed record CloseRequest(
    [property: Description("cancelled or failed.")] string? Status,
    [property: Description("Why, for whoever reads the run later; at most 2,000 characters.")] string? Reason,
    [property: Description("Who; at most 200 characters.")] string? By);
