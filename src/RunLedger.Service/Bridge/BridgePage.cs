namespace RunLedger.Service.Bridge;

/// <summary>Rows in the order of the cursor.</summary>
/// <param name="Rows">Of transactions before the horizon alone.</param>
/// <param name="Horizon">What transactions before it wrote is all there is.</param>
/// <param name="Next">The transaction that will be the next one to begin.</param>
/// <param name="More">Whether more rows may be there already.</param>
sealed record BridgePage(IReadOnlyList<BridgeRead> Rows, long Horizon, long Next, bool More);
