using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Service.Operations;
using RunLedger.Service.Reading;

namespace RunLedger.Service.Http;

// A tree nests two levels a run, deeper than the 64 a serializer writes by default.
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, MaxDepth = 4 * RunTreeQuery.MaxDepth)]
[JsonSerializable(typeof(PageAnswer<RunAnswer>))]
[JsonSerializable(typeof(PageAnswer<ComponentAnswer>))]
[JsonSerializable(typeof(PageAnswer<RejectedAnswer>))]
[JsonSerializable(typeof(RejectedGroups))]
[JsonSerializable(typeof(PageAnswer<OperatorAction>))]
[JsonSerializable(typeof(ResendOutcome))]
[JsonSerializable(typeof(GroupWork))]
[JsonSerializable(typeof(FailureGroups))]
[JsonSerializable(typeof(RunGrid))]
[JsonSerializable(typeof(Overview))]
[JsonSerializable(typeof(ActivityAnswer))]
[JsonSerializable(typeof(RunTree))]
[JsonSerializable(typeof(SummaryAnswer))]
[JsonSerializable(typeof(PoliciesAnswer))]
[JsonSerializable(typeof(RetentionPreview))]
sealed partial class ReadingJson : JsonSerializerContext;
