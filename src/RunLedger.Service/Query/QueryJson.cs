using System.Text.Json.Serialization;

namespace RunLedger.Service.Query;

/// <summary>What is sent to the process of a statement and what comes back, and the answers of the API.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(QueryOrder))]
[JsonSerializable(typeof(QueryNeeds))]
[JsonSerializable(typeof(QueryFiles))]
[JsonSerializable(typeof(QueryAnswer))]
[JsonSerializable(typeof(SavedQueriesAnswer))]
sealed partial class QueryJson : JsonSerializerContext;
