namespace RunLedger.Service.Bridge;

/// <summary>What a documented column may be of.</summary>
enum BridgeColumnType
{
    /// <summary><c>xid8</c>.</summary>
    Transaction,

    /// <summary>A UUID, a text or an integer.</summary>
    Key,
    Text,
    Uuid,

    /// <summary>With time zone: without one nobody knows when it was.</summary>
    Time,
    Number,
    Boolean,
    Json,
}
