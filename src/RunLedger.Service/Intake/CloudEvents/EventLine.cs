using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.CloudEvents;

/// <summary>
/// Reads an event into an observation: a CDEvent, or one whose type is a contract of the ledger and whose data is that.
/// Nothing is thrown, whatever the bytes are.
/// </summary>
static class EventLine
{
    /// <summary>What an event that is set aside is called where it does not say it.</summary>
    public const string Contract = "CloudEvents";

    /// <param name="part">An event as JSON; a CDEvent may come without what CloudEvents put around it.</param>
    public static IntakeLine Structured(BodyPart part) => Read(
        part,
        json =>
        {
            if (CloudEvent.Is(json, null))
                return CloudEvent.Read(json);
            var context = ReadableJson.Member(json, "context");
            return context is { } given
                && ReadableJson.Member(given, "type") is { ValueKind: JsonValueKind.String } type
                ? (type.GetString()!, json)
                : null;
        });

    /// <param name="part">The data of an event.</param>
    /// <param name="type">Of the event.</param>
    public static IntakeLine Binary(BodyPart part, string type) => Read(part, json => (type, json));

    static IntakeLine Read(BodyPart part, Func<JsonElement, (string Type, JsonElement Data)?> open)
    {
        if (part.Fault is { } fault)
            return new(part.Number, Contract, part.Json, null, fault);
        var json = part.Json.ToArray();
        var mended = StorableText.Mend(json);
        if (!JsonBody.TryRead(json, out var read, out fault))
            return new(part.Number, Contract, part.Json, null, fault);
        var line = open(read) is var (type, data)
            ? Line(part.Number, type, data, json)
            : new(part.Number, Contract, json, null, CloudEvent.Fault(read));
        return mended && line.Message is not null
            ? line with { Dropped = [.. line.Dropped, $"the event: {StorableText.Mended}"] }
            : line;
    }

    static IntakeLine Line(int number, string type, JsonElement data, byte[] json)
    {
        if (type.StartsWith(CdEventMapping.Prefix, StringComparison.OrdinalIgnoreCase))
            return CdEventMapping.Read(number, type.ToLowerInvariant(), data, json);
        if (ContractNames.Resolve(type) is not { } contract || !IsTaken(contract))
        {
            return new(
                number, Contract, json, null, $"a {CutText.To(type, 100)} says nothing of a run", IsIgnored: true);
        }

        var read = JsonBody.ToContract(contract, data, out var dropped);
        return read is RejectedBody refused
            ? new(number, contract.Name, json, null, refused.Reason)
            : new(number, contract.Name, json, read, null) { Dropped = dropped };
    }

    static bool IsTaken(Type contract) =>
        contract.IsAssignableTo(typeof(RunObservation)) || contract == typeof(ProcessDefined);
}
