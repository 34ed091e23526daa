using System.Text.Json;

namespace RunLedger.Client;

/// <summary>What the ledger's tables could not store is taken away before it is sent. Nothing here throws.</summary>
static class Clean
{
    const int MaxCode = 512;
    const int MaxRef = 32_768;

    /// <summary>A code, or null where it is none that could be stored.</summary>
    public static string? Code(string? text) =>
        string.IsNullOrWhiteSpace(text) || text.Length > MaxCode || !IsStorable(text) ? null : text;

    /// <summary>A reference, cut and mended where it must be.</summary>
    public static string? Ref(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length > MaxRef)
            text = text[..(char.IsHighSurrogate(text[MaxRef - 1]) ? MaxRef - 1 : MaxRef)];
        return IsStorable(text) ? text : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
    }

    public static Guid? Id(Guid? id) => id == Guid.Empty ? null : id;

    /// <summary>An exception in one line.</summary>
    public static string Error(Exception exception)
    {
        try
        {
            return $"{exception.GetType().FullName}: {exception.Message}";
        }
        catch (Exception)
        {
            // Its message is somebody's code.
            return exception.GetType().FullName!;
        }
    }

    /// <summary>Evidence as JSON now, before it changes; null where it cannot be.</summary>
    public static JsonElement? Evidence(object? evidence)
    {
        if (evidence is null)
            return null;
        try
        {
            return evidence is JsonElement json ? json.Clone() : JsonSerializer.SerializeToElement(evidence, JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return JsonSerializer.SerializeToElement($"not JSON: {evidence.GetType().FullName}: {e.Message}");
        }
    }

    // NUL fits in no column; half a surrogate pair is no text.
    static bool IsStorable(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\0' || (char.IsSurrogate(text[at]) && !(at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))))
                return false;
            if (char.IsHighSurrogate(text[at]))
                at++;
        }

        return true;
    }
}
