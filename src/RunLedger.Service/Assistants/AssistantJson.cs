using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Assistants;

/// <summary>Answers of tools. A member that is null is written: what is known changes no answer's structure.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FoundRuns))]
[JsonSerializable(typeof(ExplainedRun))]
[JsonSerializable(typeof(ComparedRuns))]
[JsonSerializable(typeof(FailuresSeen))]
[JsonSerializable(typeof(ExpectedRuns))]
[JsonSerializable(typeof(DossierFigures))]
[JsonSerializable(typeof(SqlRows))]
[JsonSerializable(typeof(WrongNow))]
sealed partial class AssistantJson : JsonSerializerContext
{
    /// <summary>Read by models, and not by browsers: letters of every language as they are.</summary>
    public static readonly AssistantJson Readable = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
