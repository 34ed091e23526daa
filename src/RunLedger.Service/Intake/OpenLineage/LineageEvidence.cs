using System.Buffers;
using System.Text.Json;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// What is kept of an event as evidence: <c>{"producer", "schemaURL", "runFacets", "jobFacets", "dropped"}</c>. Facets
/// are kept as they came, known or not; the processing engine and the stack trace of an error are among the run's.
/// Where they are more than the limit, the biggest go first and <c>dropped</c> says which.
/// </summary>
static class LineageEvidence
{
    const int NamedAtMost = 20;

    const int TextLimit = 2048;

    const int NameLimit = 128;

    /// <summary>Null where the limit does not even hold the frame.</summary>
    public static JsonElement? Of(JsonElement @event, int limit)
    {
        var facets = Facets(@event, "run", "runFacets").Concat(Facets(@event, "job", "jobFacets")).ToList();
        var evidence = Write(@event, facets, []);
        if (evidence.WrittenCount > limit)
        {
            facets = [.. facets.Select(Measured)
                .OrderByDescending(facet => facet.Bytes).ThenBy(facet => facet.Path, StringComparer.Ordinal)];

            // What is said of the dropped is longest when all are.
            var room = limit - Write(@event, [], facets).WrittenCount;
            var firstKept = facets.Count;
            while (firstKept > 0 && (room -= facets[firstKept - 1].Bytes) >= 0)
            {
                firstKept--;
            }

            evidence = Write(@event, facets[firstKept..], facets[..firstKept]);
        }

        return evidence.WrittenCount <= limit ? JsonElement.Parse(evidence.WrittenSpan) : null;
    }

    /// <summary>Once each: of members with the same name JSON readers take the last, and so do we.</summary>
    static IEnumerable<Facet> Facets(JsonElement @event, string part, string section) =>
        @event.TryGetProperty(part, out var owner)
        && owner.TryGetProperty("facets", out var facets)
        && facets.ValueKind == JsonValueKind.Object
            ? facets.EnumerateObject()
                .GroupBy(facet => facet.Name, StringComparer.Ordinal)
                .Select(same => new Facet(section, same.Key, same.Last().Value))
                .OrderBy(facet => facet.Name, StringComparer.Ordinal)
            : [];

    static ArrayBufferWriter<byte> Write(JsonElement @event, IReadOnlyList<Facet> kept, IReadOnlyList<Facet> dropped)
    {
        var buffer = new ArrayBufferWriter<byte>();

        // The default encoder escapes the most: what fits now fits however the bus writes it.
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        WriteText(writer, @event, "producer");
        WriteText(writer, @event, "schemaURL");
        WriteSection(writer, "runFacets", kept);
        WriteSection(writer, "jobFacets", kept);
        if (dropped.Count > 0)
        {
            writer.WriteStartArray("dropped");
            foreach (var facet in dropped.Take(NamedAtMost))
            {
                writer.WriteStringValue($"{CutText.To(facet.Path, NameLimit)}: {facet.Bytes} bytes");
            }

            if (dropped.Count > NamedAtMost)
            {
                writer.WriteStringValue($"and {dropped.Count - NamedAtMost} smaller");
            }

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

    static void WriteSection(Utf8JsonWriter writer, string section, IReadOnlyList<Facet> kept)
    {
        writer.WriteStartObject(section);
        foreach (var facet in kept.Where(facet => facet.Section == section))
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

    sealed record Facet(string Section, string Name, JsonElement Value, int Bytes = 0)
    {
        public string Path => $"{Section}.{Name}";
    }
}
