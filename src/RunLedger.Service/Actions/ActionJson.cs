using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Service.Web;

namespace RunLedger.Service.Actions;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PageAnswer<OperatorAction>))]
sealed partial class ActionJson : JsonSerializerContext;
