using System.Text.Json;
using System.Text.Unicode;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Service.Intake.OpenLineage;

namespace RunLedger.Service.Intake;

/// <summary>
/// Reads what was sent into observations, or into reasons. Nothing is thrown, whatever the bytes are.
/// </summary>
static class ObservationBody
{
    /// <summary>An unknown name is quoted so that its sender recognizes it, not more.</summary>
    const int QuotedAtMost = 100;

    static readonly JsonDocumentOptions Options = new() { MaxDepth = ReadableJson.MaxDepth };

    /// <param name="parts">Of one body.</param>
    /// <param name="read">
    /// Makes an observation of one JSON value, all of whose text can be read, or says why not.
    /// </param>
    public static IEnumerable<IntakeLine> Read(
        IEnumerable<BodyPart> parts, Func<int, JsonElement, ReadOnlyMemory<byte>, IntakeLine> read) =>
        parts.Select(part => Read(part, read));

    /// <summary>An observation as <c>POST /api/observations</c> takes it: <c>{"type":"RunStarted", …}</c>.</summary>
    public static IntakeLine Observation(int number, JsonElement json, ReadOnlyMemory<byte> raw)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return Reject(null, "An observation is a JSON object with a \"type\".");
        if (!json.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            return Reject(null, $"\"type\" is missing: send one of {string.Join(", ", ContractMap.Names)}.");
        var name = CutText.To(type.GetString(), QuotedAtMost) ?? "";
        if (ContractMap.TypeOf(name) is not { } contract)
            return Reject(name, $"\"type\" '{name}' is not known: send one of {string.Join(", ", ContractMap.Names)}.");
        return ObservationDeserializer.Read(contract, json) switch
        {
            RejectedBody refused => Reject(name, refused.Reason),
            var message => new IntakeLine(number, name, raw, message, null),
        };

        IntakeLine Reject(string? contract, string reason) => new(number, contract, raw, null, reason);
    }

    static IntakeLine Read(BodyPart part, Func<int, JsonElement, ReadOnlyMemory<byte>, IntakeLine> read)
    {
        var fault = part.Fault;
        if (fault is null && TryParse(part.Json.Span, out var json, out fault))
            return read(part.Number, json, part.Json);
        return new IntakeLine(part.Number, null, part.Json, null, fault);
    }

    static bool TryParse(ReadOnlySpan<byte> utf8, out JsonElement json, out string? fault)
    {
        json = default;
        if (!Utf8.IsValid(utf8))
        {
            fault = "Not UTF-8: send the JSON in UTF-8.";
            return false;
        }

        try
        {
            json = JsonElement.Parse(utf8, Options);
            // Only what is escaped can still be no text.
            fault = utf8.Contains((byte)'\\') ? ReadableJson.Fault(json) : null;
            return fault is null;
        }
        catch (JsonException e)
        {
            fault = BodyParts.Fault(utf8) is null
                ? $"Its depth is more than {ReadableJson.MaxDepth} levels: send it flatter."
                : BodyParts.Words(e);
            return false;
        }
    }
}
