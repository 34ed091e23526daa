using System.Text.Json.Serialization;

namespace RunLedger.Contracts;

/// <summary>
/// Observations in one message, of any contracts and any runs: the ledger takes them as if each had come alone, in a
/// fraction of the time. One that it cannot take is set aside alone.
/// </summary>
public sealed record RunObservations
{
    /// <summary>
    /// From 1 to 1,000 observations. On the wire each begins with <c>type</c>, the name of its contract.
    /// </summary>
    [JsonConverter(typeof(ObservationListConverter))]
    public required IReadOnlyList<RunObservation> Observations { get; init; }
}
