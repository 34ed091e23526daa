namespace RunLedger.Service.Bridge;

/// <summary>A row as it was read.</summary>
/// <param name="At">Where the cursor is after it.</param>
/// <param name="Json">All of it; only its place where that is all that can be read.</param>
/// <param name="Fault">Why nothing can be made of it, or null.</param>
sealed record BridgeRead(BridgePoint At, string Json, string? Fault);
