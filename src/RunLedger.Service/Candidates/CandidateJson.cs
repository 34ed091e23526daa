using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Service.Web;

namespace RunLedger.Service.Candidates;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PageAnswer<CandidateAnswer>))]
[JsonSerializable(typeof(CandidateDetail))]
sealed partial class CandidateJson : JsonSerializerContext;
