using System.Buffers;
using System.Globalization;
using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// What is kept of an event as evidence: <c>{"producer", "schemaURL", "runFacets", "jobFacets"}</c>. Facets
/// are kept as they came, known or not; the processing engine and the stack trace of an error are among the run's.
/// Where they are more than the limit, the biggest go first. <see cref="Proof.Dropped"/> says what of the whole event
/// is not kept, or not as it came.
/// </summary>
static class LineageEvidence
{
    const int NamedAtMost = 20;

    const int TextLimit = 2048;

    const int LineLimit = 256;

    /// <summary>Null where the limit does not even hold the frame.</summary>
    /// <param name="event">All of whose text can be stored.</param>
    /// <param name="limit">In bytes.</param>
    /// <param name="dropped">What is known to be dropped; what is dropped here is added to it.</param>
    public static JsonElement? Of(JsonElement @event, int limit, List<string> dropped)
    {
        var facets = Facets(@event, "run", dropped).Concat(Facets(@event, "job", dropped)).ToList();
        var evidence = Write(@event, facets, dropped);
        if (evidence.WrittenCount > limit)
        {
            facets = [.. facets.Select(Measured)
                .OrderByDescending(facet => facet.Bytes).ThenBy(facet => facet.Path, StringComparer.Ordinal)];

            // What is said of the dropped is longest when all are.
            var room = limit - Write(@event, [], [.. facets.Select(facet => facet.Dropped), .. dropped]).WrittenCount;
            var firstKept = facets.Count;
            while (firstKept > 0 && (room -= facets[firstKept - 1].Bytes) >= 0)
            {
                firstKept--;
            }

            var before = dropped.ToList();
            do
            {
                dropped.Clear();
                dropped.AddRange([.. facets[..firstKept].Select(facet => facet.Dropped), .. before]);
                evidence = Write(@event, facets[firstKept..], dropped);
            }
            while (evidence.WrittenCount > limit && ++firstKept <= facets.Count);
        }

        return evidence.WrittenCount <= limit ? JsonElement.Parse(evidence.WrittenSpan) : null;
    }

    /// <summary>The first of what was dropped, and how much more it is.</summary>
    public static IReadOnlyList<string> Named(IEnumerable<string> dropped)
    {
        var all = dropped.Distinct(StringComparer.Ordinal).ToList();
        var named = all.Take(NamedAtMost).Select(line => LineageResult.Printable(line, LineLimit));
        return all.Count > NamedAtMost
            ? [.. named, string.Create(CultureInfo.InvariantCulture, $"and {all.Count - NamedAtMost} more")]
            : [.. named];
    }

    /// <summary>Once each: of members with the same name JSON readers take the last, and so do we.</summary>
    static IEnumerable<Facet> Facets(JsonElement @event, string part, List<string> dropped)
    {
        if (!@event.TryGetProperty(part, out var owner) || owner.ValueKind != JsonValueKind.Object
            || !owner.TryGetProperty("facets", out var facets) || facets.ValueKind != JsonValueKind.Object)
            return [];
        return facets.EnumerateObject()
            .GroupBy(facet => facet.Name, StringComparer.Ordinal)
            .Select(same => new Facet(part, same.Key, WithNumbers(same.Last().Value, part, same.Key, dropped)))
            .OrderBy(facet => facet.Name, StringComparer.Ordinal);
    }

    /// <summary>A number beyond what a double can say is kept as text.</summary>
    static JsonElement WithNumbers(JsonElement facet, string part, string name, List<string> dropped)
    {
        if (AreStorable(facet))
            return facet;
        dropped.Add($"{part}.facets.{name}: a number beyond what a double can say is kept as text");
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        Write(writer, facet);
        writer.Flush();
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    static bool AreStorable(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().All(member => AreStorable(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().All(AreStorable),
        JsonValueKind.Number => CanonicalJson.IsStorableNumber(json.GetRawText()),
        _ => true,
    };

    static void Write(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number when !CanonicalJson.IsStorableNumber(json.GetRawText()):
                writer.WriteStringValue(json.GetRawText());
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    static ArrayBufferWriter<byte> Write(JsonElement @event, IReadOnlyList<Facet> kept, IEnumerable<string> dropped)
    {
        var buffer = new ArrayBufferWriter<byte>();

        // The default encoder escapes the most: what fits now fits however the bus writes it.
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        WriteText(writer, @event, "producer");
        WriteText(writer, @event, "schemaURL");
        WriteSection(writer, "run", kept);
        WriteSection(writer, "job", kept);
        if (Named(dropped) is { Count: > 0 } lines)
        {
            writer.WriteStartArray(Proof.Dropped);
            foreach (var line in lines)
                writer.WriteStringValue(line);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer;
    }

    static void WriteText(Utf8JsonWriter writer, JsonElement @event, string name)
    {
        if (@event.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
        {
            writer.WriteString(name, CutText.To(value.GetString(), TextLimit));
        }
    }

    static void WriteSection(Utf8JsonWriter writer, string part, IReadOnlyList<Facet> kept)
    {
        writer.WriteStartObject($"{part}Facets");
        foreach (var facet in kept.Where(facet => facet.Part == part))
        {
            writer.WritePropertyName(facet.Name);
            facet.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>With the bytes it takes in the evidence, its name, quotes, colon and comma among them.</summary>
    static Facet Measured(Facet facet)
    {
        using var writer = new Utf8JsonWriter(Stream.Null);
        facet.Value.WriteTo(writer);
        writer.Flush();
        var name = JsonEncodedText.Encode(facet.Name).EncodedUtf8Bytes.Length + 4;
        return facet with { Bytes = name + (int)writer.BytesCommitted };
    }

    sealed record Facet(string Part, string Name, JsonElement Value, int Bytes = 0)
    {
        public string Path => $"{Part}.facets.{Name}";

        public string Dropped => string.Create(
            CultureInfo.InvariantCulture, $"{CutText.To(Path, 200)}: {Bytes:N0} bytes");
    }
}
