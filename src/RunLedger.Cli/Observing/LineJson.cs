using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Contracts;

namespace RunLedger.Cli.Observing;

/// <summary>Observations as <c>POST /api/observations</c> takes them: <c>{"type":"RunStarted", …}</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunStarted))]
[JsonSerializable(typeof(RunHeartbeat))]
[JsonSerializable(typeof(RunCompleted))]
[JsonSerializable(typeof(RunFailed))]
[JsonSerializable(typeof(StepStarted))]
[JsonSerializable(typeof(StepCompleted))]
[JsonSerializable(typeof(StepFailed))]
[JsonSerializable(typeof(StartEvidence))]
[JsonSerializable(typeof(EndingEvidence))]
sealed partial class LineJson : JsonSerializerContext
{
    public static string Of(RunObservation observation)
    {
        var line = JsonSerializer.SerializeToNode(observation, observation.GetType(), Default)!.AsObject();
        line.Insert(0, "type", observation.GetType().Name);
        return line.ToJsonString();
    }
}
