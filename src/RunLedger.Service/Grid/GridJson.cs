using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Grid;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RunGrid))]
sealed partial class GridJson : JsonSerializerContext;
