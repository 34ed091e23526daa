using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Changes;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RunChanges))]
sealed partial class ChangesJson : JsonSerializerContext;
