using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Service.Intake;
using RunLedger.Service.Intake.CloudEvents;
using RunLedger.Service.Intake.Otlp;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Rejected;

/// <summary>
/// What was rejected, read once more as the endpoint it came by reads it: an envelope of MassTransit, an event of
/// OpenLineage, an observation with its type, or plain JSON of the row's contract.
/// </summary>
/// <param name="Message">The observation or definition, or null.</param>
/// <param name="Reason">Why it is none, or null.</param>
sealed record RejectedMessage(object? Message, string? Reason)
{
    /// <summary>What else it says, to be taken before the message.</summary>
    public object? Before { get; init; }

    public static RejectedMessage Read(RejectedRow row, int maxEvidenceBytes)
    {
        var payload = row.Corrected ?? row.Payload;
        var one = new BodyPart(1, payload);
        var line = ObservationBody.Read(one, Part);
        // Whoever corrects an event may make an observation of it.
        if (line.Message is null && row.Origin == IntakeEndpoints.LineageOrigin)
            line = ObservationBody.Lineage(one, maxEvidenceBytes);
        else if (line.Message is null && row.Origin is TraceEndpoints.Origin or TraceEndpoints.GrpcOrigin)
            line = SpanMapping.Read(1, [.. payload]);
        else if (line.Message is null && IsOfEvents(row.Origin))
            line = EventLine.Structured(one);
        return new(line.Message, line.Reason ?? (line.Message is null ? "It says nothing of a run." : null))
        {
            Before = line.Before,
        };

        IntakeLine Part(int number, JsonElement json, ReadOnlyMemory<byte> raw)
        {
            if (json.ValueKind == JsonValueKind.Object)
            {
                if (Envelope(json) is var (names, message))
                    return Line(
                        names.Select(ContractNames.Resolve).FirstOrDefault(type => type is not null), message, names);
                if (JsonBody.TypeOf(json) is null)
                {
                    if (ReadableJson.Member(json, "eventTime") is not null
                        && ReadableJson.Member(json, "producer") is not null)
                        return ObservationBody.Lineage(one, maxEvidenceBytes);
                    if (row.Contract is { } contract)
                        return Line(ContractNames.Resolve(contract), json, [contract]);
                }
            }

            return ObservationBody.Observation(number, json, raw);

            IntakeLine Line(Type? contract, JsonElement message, IReadOnlyList<string> names) =>
                contract == typeof(RunObservations) ? Batch(number, message, raw)
                : Taken(contract) is { } type
                    ? JsonBody.ToContract(type, message, out _) switch
                    {
                        RejectedBody refused => new(number, type.Name, raw, null, refused.Reason),
                        var read => new(number, type.Name, raw, read, null),
                    }
                    : new(number, null, raw, null, $"It is no observation but {string.Join(" or ", names)}: "
                        + $"it cannot be sent from here. An observation has a \"type\": "
                        + $"one of {string.Join(", ", ContractMap.Names)}.");
        }
    }

    static IntakeLine Batch(int number, JsonElement json, ReadOnlyMemory<byte> raw)
    {
        const string name = nameof(RunObservations);
        var read = ObservationBatch.Of(json);
        if (read is RejectedBody refused)
            return new(number, name, raw, null, refused.Reason);
        var items = ((ObservationBatch)read).Items();
        var bad = items.FindIndex(item => item.Read.Message is null);
        return bad >= 0
            ? new(number, name, raw, null, $"Observation {bad + 1} of it: {items[bad].Read.Reason}")
            : new(
                number,
                name,
                raw,
                new RunObservations { Observations = items.ConvertAll(item => (RunObservation)item.Read.Message!) },
                null);
    }

    static bool IsOfEvents(string origin) =>
        origin == EventEndpoints.Origin || origin.EndsWith(EventConsumerDefinition.Suffix, StringComparison.Ordinal);

    // What the ledger sends to itself is not anybody's to send.
    static Type? Taken(Type? contract) =>
        contract is not null && (contract.IsAssignableTo(typeof(RunObservation)) || contract == typeof(ProcessDefined))
            ? contract
            : null;

    static (IReadOnlyList<string> Names, JsonElement Message)? Envelope(JsonElement json) =>
        ReadableJson.Member(json, "messageType") is { ValueKind: JsonValueKind.Array } types
        && ReadableJson.Member(json, "message") is { } message
            ? ([.. types.EnumerateArray().Select(type => type.ToString())], message)
            : null;
}
