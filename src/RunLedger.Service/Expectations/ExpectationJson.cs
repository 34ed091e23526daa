using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Expectations;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ExpectationsAnswer))]
[JsonSerializable(typeof(SlotsAnswer))]
[JsonSerializable(typeof(ProposalAnswer))]
sealed partial class ExpectationJson : JsonSerializerContext;
