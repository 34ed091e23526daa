using System.Runtime.InteropServices;
using System.Text.Json;
using MassTransit;
using RunLedger.Contracts;

namespace RunLedger.Intake;

/// <summary>
/// What a message of <see cref="RunObservations"/> becomes on its way into the ledger: its observations as they were
/// sent, each of which is read and judged alone. Never on the wire: the deserializer makes it.
/// </summary>
/// <param name="Observations">The array of them, as JSON.</param>
/// <param name="Count">How many there are.</param>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record ObservationBatch(ReadOnlyMemory<byte> Observations, int Count)
{
    /// <summary>So many are allowed.</summary>
    public const int MostObservations = 1_000;

    /// <summary>The contract's JSON: the batch, or why it is none.</summary>
    public static object Of(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object
            || !(json.TryGetProperty("observations", out var array)
                || json.TryGetProperty(nameof(RunObservations.Observations), out array))
            || array.ValueKind != JsonValueKind.Array)
            return Refused("""Its observations are missing: send {"observations":[{"type":"RunStarted", …}, …]}.""");

        return array.GetArrayLength() switch
        {
            0 => Refused($"There is no observation in it: send 1 to {MostObservations:N0}."),
            > MostObservations and var count => Refused(
                $"There are {count:N0} observations in it, and {MostObservations:N0} are allowed: send several "
                    + "messages."),
            var count => new ObservationBatch(JsonMarshal.GetRawUtf8Value(array).ToArray(), count),
        };
    }

    /// <summary>Each as it was sent, and what it is.</summary>
    public List<(ReadOnlyMemory<byte> Json, TypedObservation Read)> Items() =>
        BodyParts.Items(Observations, MostObservations)!.ConvertAll(item =>
        {
            var read = TypedObservation.Read(item.Json);
            return (item.Json, read.Message is ProcessDefined
                ? new(read.Contract, null, "A definition is no observation: send it as a message of its own.")
                : read);
        });

    static RejectedBody Refused(string reason) => new(nameof(RunObservations), reason);
}
