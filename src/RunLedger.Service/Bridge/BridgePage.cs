namespace RunLedger.Service.Bridge;

/// <summary>Rows in the order of the cursor.</summary>
/// <param name="Rows">Each with where the cursor is after it.</param>
/// <param name="Horizon">What transactions before it wrote is all there is; the rows are of those alone.</param>
/// <param name="Next">The transaction that will be the next one to begin.</param>
sealed record BridgePage(IReadOnlyList<(BridgePoint At, string Json)> Rows, long Horizon, long Next);
