using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Service.Web;

namespace RunLedger.Service.Runs;

// A tree nests two levels a run, deeper than the 64 a serializer writes by default.
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, MaxDepth = 4 * RunTreeQuery.MaxDepth)]
[JsonSerializable(typeof(PageAnswer<RunAnswer>))]
[JsonSerializable(typeof(PageAnswer<ComponentAnswer>))]
[JsonSerializable(typeof(ComponentAnswer))]
[JsonSerializable(typeof(RunTree))]
[JsonSerializable(typeof(SummaryAnswer))]
sealed partial class RunsJson : JsonSerializerContext;
