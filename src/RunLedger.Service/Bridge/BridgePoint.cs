namespace RunLedger.Service.Bridge;

/// <summary>A place in a source: the transaction that wrote a row, and which of its rows.</summary>
sealed record BridgePoint(long Transaction, string Key)
{
    public static BridgePoint Beginning { get; } = new(0, "");
}
