using System.Text.Json;
using RunLedger.Sealing;

namespace RunLedger.Retention;

/// <summary>What of the archive changed between two checkpoints.</summary>
/// <param name="Checkpoint">The later one, as it was signed.</param>
/// <param name="Added">The slices that count since.</param>
/// <param name="Removed">Those that do not any more: another has their rows.</param>
sealed record SliceLogLine(
    JsonElement Checkpoint, IReadOnlyList<SealedSlice> Added, IReadOnlyList<Guid> Removed)
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>As the file has it, without the line's end.</summary>
    public string Text() => JsonSerializer.Serialize(this, Json);

    /// <summary>Does with slices what it says.</summary>
    public void Apply(Dictionary<Guid, SealedSlice> slices)
    {
        foreach (var id in Removed)
            slices.Remove(id);
        foreach (var slice in Added)
            slices[slice.Id] = slice;
    }

    /// <summary>Null where it is none: it was cut off, or changed.</summary>
    public static SliceLogLine? Read(string text)
    {
        try
        {
            var line = JsonSerializer.Deserialize<SliceLogLine>(text, Json);
            return line is
            {
                Checkpoint: { ValueKind: JsonValueKind.Object } checkpoint, Added: not null, Removed: not null,
            }
                && checkpoint.TryGetProperty("document", out _)
                && line.Added.All(slice => slice?.Manifest is not null && SliceManifest.IsMonth(slice.Month))
                ? line
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
