using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Overview;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Overview))]
[JsonSerializable(typeof(ActivityAnswer))]
sealed partial class OverviewJson : JsonSerializerContext;
