using System.Runtime.InteropServices;
using System.Text.Json;

namespace RunLedger.Intake;

/// <summary>
/// Whether JSON that parses can be read and passed on: a lone surrogate is valid JSON and makes every accessor of
/// <see cref="JsonElement"/> throw, and what is nested too deep cannot be read on the other side of the bus.
/// </summary>
static class ReadableJson
{
    /// <summary>The serializer at both ends of the bus reads 64 levels, and the envelope needs some of them.</summary>
    public const int MaxDepth = 60;

    const string LoneSurrogate = "holds half a surrogate pair (\\ud800 to \\udfff alone): send whole characters";

    /// <summary>What is wrong with the first place that cannot be read, or null.</summary>
    public static string? Fault(JsonElement json) => Find(json, MaxDepth) is var (path, problem)
        ? $"{(path.Length > 0 ? path.TrimStart('.') : "the event")} {problem}"
        : null;

    /// <summary>The last of this name, whatever the names of the others are; null where there is none.</summary>
    public static JsonElement? Member(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            return json.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Of a name that is no text it cannot tell whether it is this one.
            return json.EnumerateObject().Where(member => Name(member) == name)
                .Select(member => (JsonElement?)member.Value).LastOrDefault();
        }
    }

    static Finding? Find(JsonElement json, int levels) => json.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array when levels == 0 =>
            new("", $"is nested deeper than {MaxDepth} levels: send it flatter"),
        JsonValueKind.Object => FindInObject(json, levels),
        JsonValueKind.Array => FindInArray(json, levels),
        JsonValueKind.String when !IsText(json) => new("", LoneSurrogate),
        _ => null,
    };

    static Finding? FindInObject(JsonElement json, int levels)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (Name(member) is not { } name)
            {
                return new("", "has a member whose name " + LoneSurrogate);
            }

            if (Find(member.Value, levels - 1) is { } found)
            {
                return found with { Path = $".{name}{found.Path}" };
            }
        }

        return null;
    }

    static Finding? FindInArray(JsonElement json, int levels)
    {
        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (Find(item, levels - 1) is { } found)
            {
                return found with { Path = $"[{index}]{found.Path}" };
            }

            index++;
        }

        return null;
    }

    static bool IsText(JsonElement json)
    {
        if (!JsonMarshal.GetRawUtf8Value(json).Contains((byte)'\\'))
        {
            return true;
        }

        try
        {
            json.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Null where it is no text.</summary>
    public static string? Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    sealed record Finding(string Path, string Problem);
}
