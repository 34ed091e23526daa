using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Service.Channels;
using RunLedger.Service.Web;

namespace RunLedger.Service.Incidents;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RuleHours))]
[JsonSerializable(typeof(RunMemory))]
[JsonSerializable(typeof(IncidentMark))]
[JsonSerializable(typeof(IReadOnlyList<MessageGroup>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(RulesAnswer))]
[JsonSerializable(typeof(PageAnswer<IncidentAnswer>))]
sealed partial class IncidentJson : JsonSerializerContext;
