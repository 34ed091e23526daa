using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Channels;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ChannelsAnswer))]
[JsonSerializable(typeof(ChannelTestAnswer))]
[JsonSerializable(typeof(ChannelSettings))]
[JsonSerializable(typeof(ChannelSecrets))]
[JsonSerializable(typeof(IncidentMessage))]
[JsonSerializable(typeof(RuleHours))]
sealed partial class ChannelJson : JsonSerializerContext;
