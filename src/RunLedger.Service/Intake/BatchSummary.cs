using System.Text.Json.Serialization;

namespace RunLedger.Service.Intake;

/// <summary>How many events of a batch.</summary>
/// <param name="Received">There were.</param>
/// <param name="Successful">Are durable, or say nothing of a run.</param>
/// <param name="Failed">Could not be taken.</param>
/// <param name="Retriable">Of those that failed may succeed when they are sent again.</param>
/// <param name="NonRetriable">Of those that failed would fail again.</param>
sealed record BatchSummary(
    int Received,
    int Successful,
    int Failed,
    int Retriable,
    [property: JsonPropertyName("non_retriable")] int NonRetriable);
