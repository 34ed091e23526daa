namespace RunLedger.Service.Web;

/// <summary>What the text of a query parameter has to be, as OpenAPI names it.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
sealed class QueryFormatAttribute(string format) : Attribute
{
    public const string Time = "date-time";
    public const string Id = "uuid";

    public string Format => format;
}
