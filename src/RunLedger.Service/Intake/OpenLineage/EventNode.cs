using System.Text.Json;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// A place in an event and the way to it. What is not as it must be is noted among the faults, by its path, and reads
/// as null: so one answer names every fault, and nothing is thrown.
/// </summary>
readonly record struct EventNode(JsonElement Json, string Path, ICollection<string> Faults)
{
    /// <summary>Null where it is absent, or JSON null, as some clients write "nothing to say".</summary>
    public EventNode? Member(string name) =>
        Json.ValueKind == JsonValueKind.Object
        && Json.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? new(value, Path.Length > 0 ? $"{Path}.{name}" : name, Faults)
            : null;

    public EventNode? Object(string name) => Member(name)?.As(JsonValueKind.Object, "an object");

    public EventNode? RequiredObject(string name, string send) =>
        Required(name, send)?.As(JsonValueKind.Object, "an object: " + send);

    public string? Text(string name, string send) =>
        Required(name, send)?.As(JsonValueKind.String, send)?.Json.GetString();

    /// <summary>Text that names something, so that it must not be empty.</summary>
    public string? Name(string name, string send)
    {
        var text = Text(name, send);
        if (text is null || !string.IsNullOrWhiteSpace(text))
        {
            return text;
        }

        Required(name, send)?.Blame("is empty", send);
        return null;
    }

    public IEnumerable<EventNode> Objects(string name)
    {
        if (Member(name)?.As(JsonValueKind.Array, "an array of objects") is not { } array)
        {
            yield break;
        }

        foreach (var (index, item) in array.Json.EnumerateArray().Index())
        {
            if (new EventNode(item, $"{array.Path}[{index}]", Faults).As(JsonValueKind.Object, "an object") is { } node)
            {
                yield return node;
            }
        }
    }

    public EventNode? As(JsonValueKind kind, string send)
    {
        if (Json.ValueKind == kind)
        {
            return this;
        }

        Blame($"is {Described()}", send);
        return null;
    }

    public EventNode? Required(string name, string send)
    {
        var member = Member(name);
        if (member is null)
        {
            new EventNode(default, Path.Length > 0 ? $"{Path}.{name}" : name, Faults).Blame("is missing", send);
        }

        return member;
    }

    public void Blame(string problem, string send) => Faults.Add($"{Path} {problem}: send {send}");

    string Described() => Json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
