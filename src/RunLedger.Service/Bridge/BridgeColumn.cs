using Npgsql.PostgresTypes;

namespace RunLedger.Service.Bridge;

/// <summary>A documented column of a source.</summary>
sealed record BridgeColumn(string Name, BridgeColumnType Type, bool Required = false)
{
    static readonly string[] Texts = ["text", "character varying", "character", "name", "citext"];
    static readonly string[] Integers = ["smallint", "integer", "bigint"];

    public bool Fits(PostgresType type) => Type switch
    {
        BridgeColumnType.Transaction => type.Name == "xid8",
        BridgeColumnType.Key => type.Name == "uuid" || IsText(type) || Integers.Contains(type.Name),
        BridgeColumnType.Text => IsText(type),
        BridgeColumnType.Uuid => type.Name == "uuid",
        BridgeColumnType.Time => type.Name == "timestamp with time zone",
        BridgeColumnType.Number => Integers.Contains(type.Name),
        BridgeColumnType.Boolean => type.Name == "boolean",
        _ => type.Name is "json" or "jsonb",
    };

    public string Wanted => Type switch
    {
        BridgeColumnType.Transaction => "xid8",
        BridgeColumnType.Key => "uuid, text or an integer",
        BridgeColumnType.Text => "text",
        BridgeColumnType.Uuid => "uuid",
        BridgeColumnType.Time => "timestamp with time zone",
        BridgeColumnType.Number => "an integer",
        BridgeColumnType.Boolean => "boolean",
        _ => "jsonb",
    };

    static bool IsText(PostgresType type) => type is PostgresEnumType || Texts.Contains(type.Name);
}
