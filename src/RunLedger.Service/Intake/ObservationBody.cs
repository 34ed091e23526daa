using System.Text.Json;
using RunLedger.Intake;
using RunLedger.Service.Intake.OpenLineage;

namespace RunLedger.Service.Intake;

/// <summary>
/// Reads what was sent into observations, or into reasons. Nothing is thrown, whatever the bytes are.
/// </summary>
static class ObservationBody
{
    /// <summary>An observation as <c>POST /api/observations</c> takes it: <c>{"type":"RunStarted", …}</c>.</summary>
    public static IntakeLine Observation(BodyPart part) => Read(part, Observation);

    /// <summary>An event as <c>POST /api/v1/lineage</c> takes it; it need not be JSON.</summary>
    public static IntakeLine Lineage(BodyPart part, int maxEvidenceBytes)
    {
        var result = part.Fault is { } fault
            ? LineageResult.Rejected(fault)
            : LineageMapping.Map(part.Json, maxEvidenceBytes, part.Dropped);
        return new(
            part.Number,
            result.Observation?.GetType().Name ?? "OpenLineage",
            part.Json,
            result.Observation,
            result.Reason,
            result.IsIgnored)
        {
            Before = result.Start,
            Dropped = result.Dropped,
        };
    }

    /// <param name="part">Of a body.</param>
    /// <param name="read">
    /// Makes an observation of one JSON value, whose text need not be any, or says why not.
    /// </param>
    public static IntakeLine Read(BodyPart part, Func<int, JsonElement, ReadOnlyMemory<byte>, IntakeLine> read)
    {
        var fault = part.Fault;
        if (fault is null && JsonBody.TryParse(part.Json, out var json, out fault))
            return read(part.Number, json, part.Json);
        return new IntakeLine(part.Number, null, part.Json, null, fault);
    }

    /// <summary>The same of JSON that was read.</summary>
    public static IntakeLine Observation(int number, JsonElement json, ReadOnlyMemory<byte> raw)
    {
        var (contract, message, reason) = TypedObservation.Read(json, out var dropped);
        return new(number, contract, raw, message, reason) { Dropped = dropped };
    }
}
