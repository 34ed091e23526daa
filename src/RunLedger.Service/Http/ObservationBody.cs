using System.Text;
using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Intake;
using RunLedger.Runs;

namespace RunLedger.Service.Http;

/// <summary>
/// Reads a body of one object, an array, or NDJSON. A body that is one JSON value is that; anything else is taken line
/// by line, so that one broken line costs only itself.
/// </summary>
static class ObservationBody
{
    /// <param name="body">The whole body.</param>
    /// <param name="read">Makes an observation of one JSON value, or says why not.</param>
    public static IEnumerable<IntakeLine> Read(byte[] body, Func<int, JsonElement, byte[], IntakeLine> read)
    {
        if (TryParse(body, out var whole, out var fault))
        {
            if (whole.ValueKind != JsonValueKind.Array)
                return [read(1, whole, body)];
            return whole.EnumerateArray().Select((item, i) => read(i + 1, item, Raw(item))).ToList();
        }

        return Lines(body, read, fault);
    }

    /// <summary>An observation as <c>POST /api/observations</c> takes it: <c>{"type":"RunStarted", …}</c>.</summary>
    public static IntakeLine Observation(int number, JsonElement json, byte[] raw)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new IntakeLine(number, null, raw, null, "An observation is a JSON object with a \"type\".");
        if (!json.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            return new IntakeLine(number, null, raw, null, $"\"type\" is missing: send one of {string.Join(", ", ContractMap.Names)}.");
        string name;
        try
        {
            name = type.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return new IntakeLine(number, null, raw, null, "\"type\" is no text: it holds half a surrogate pair.");
        }

        if (ContractMap.TypeOf(name) is not { } contract)
        {
            return new IntakeLine(
                number, name, raw, null,
                $"\"type\" '{name}' is not known: send one of {string.Join(", ", ContractMap.Names)}.");
        }

        return ObservationDeserializer.Read(contract, json) switch
        {
            RunObservation message => new IntakeLine(number, name, raw, message, null),
            Refused refused => new IntakeLine(number, name, raw, null, refused.Reason),
            _ => throw new InvalidOperationException($"{name} is no observation."),
        };
    }

    static List<IntakeLine> Lines(byte[] body, Func<int, JsonElement, byte[], IntakeLine> read, string fault)
    {
        var lines = new List<IntakeLine>();
        var number = 0;
        for (var rest = body.AsMemory(); rest.Length > 0;)
        {
            number++;
            var end = rest.Span.IndexOf((byte)'\n');
            var line = (end < 0 ? rest : rest[..end]).ToArray();
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.AsSpan().Trim(" \t\r"u8).IsEmpty)
                continue;
            lines.Add(TryParse(line, out var json, out fault)
                ? read(number, json, line)
                : new IntakeLine(number, null, line, null, $"Not JSON: {fault}"));
        }

        return lines;
    }

    static bool TryParse(byte[] json, out JsonElement value, out string fault)
    {
        try
        {
            value = JsonSerializer.Deserialize<JsonElement>(json, JsonSerializerOptions.Web);
            fault = "";
            return true;
        }
        catch (JsonException e)
        {
            value = default;
            fault = e.Message;
            return false;
        }
    }

    static byte[] Raw(JsonElement item) => Encoding.UTF8.GetBytes(item.GetRawText());
}
