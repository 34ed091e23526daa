using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Service.Web;

namespace RunLedger.Service.Rejected;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PageAnswer<RejectedAnswer>))]
[JsonSerializable(typeof(RejectedGroups))]
[JsonSerializable(typeof(ResendOutcome))]
[JsonSerializable(typeof(GroupWork))]
sealed partial class RejectedJson : JsonSerializerContext;
