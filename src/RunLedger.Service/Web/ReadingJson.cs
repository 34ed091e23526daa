using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Service.Actions;
using RunLedger.Service.Failures;
using RunLedger.Service.Grid;
using RunLedger.Service.Overview;
using RunLedger.Service.Policies;
using RunLedger.Service.Rejected;
using RunLedger.Service.Runs;

namespace RunLedger.Service.Web;

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
[JsonSerializable(typeof(Overview.Overview))]
[JsonSerializable(typeof(ActivityAnswer))]
[JsonSerializable(typeof(RunTree))]
[JsonSerializable(typeof(SummaryAnswer))]
[JsonSerializable(typeof(PoliciesAnswer))]
[JsonSerializable(typeof(RetentionPreview))]
sealed partial class ReadingJson : JsonSerializerContext;
