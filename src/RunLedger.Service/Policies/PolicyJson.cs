using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Policies;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PoliciesAnswer))]
[JsonSerializable(typeof(RetentionPreview))]
sealed partial class PolicyJson : JsonSerializerContext;
