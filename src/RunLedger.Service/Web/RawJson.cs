using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Web;

/// <summary>
/// JSON that goes out as it was stored. It is not read into a document and written again: what was rejected may hold
/// text that a writer refuses, such as half of a surrogate pair.
/// </summary>
[JsonConverter(typeof(RawJsonConverter))]
sealed record RawJson(ReadOnlyMemory<byte> Utf8)
{
    /// <summary>Null where the bytes are not JSON, or nest deeper than this.</summary>
    public static RawJson? TryParse(ReadOnlyMemory<byte> utf8, int maxDepth)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = maxDepth });
            while (reader.Read())
            {
            }
            return new(utf8);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Evidence as stored; a string where something else than the ledger stored what is no JSON.</summary>
    public static RawJson? Evidence(string? stored) => stored is null
        ? null
        : TryParse(Encoding.UTF8.GetBytes(stored), maxDepth: 1_000) ?? Text(stored);

    public static RawJson Text(string text) =>
        new(JsonSerializer.SerializeToUtf8Bytes(text));
}
