using System.ComponentModel;

namespace RunLedger.Service.Rejected;

/// <summary>What an operator says to discard a row.</summary>
sealed record ReasonRequest([property: Description("Why; at most 2,000 characters.")] string? Reason);
