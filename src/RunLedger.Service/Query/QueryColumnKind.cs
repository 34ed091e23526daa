namespace RunLedger.Service.Query;

/// <summary>What a column of a view holds.</summary>
enum QueryColumnKind
{
    Text,
    Id,
    Time,
    Json,
}
