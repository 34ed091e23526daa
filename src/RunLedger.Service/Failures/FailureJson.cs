using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Failures;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FailureGroups))]
sealed partial class FailureJson : JsonSerializerContext;
