using System.Reflection;
using System.Text.Json;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>
/// Reads the arguments of a call as the text that the API's own parameters are, so that what is wrong with them is said
/// in the same words.
/// </summary>
static class ToolArguments
{
    const int MostShown = 60;

    /// <param name="sent">By name.</param>
    /// <param name="accepted">Those there are, each with its member.</param>
    /// <param name="text">Gathers what is wrong.</param>
    public static T Read<T>(
        IDictionary<string, JsonElement>? sent,
        IReadOnlyList<(string Name, PropertyInfo Member)> accepted,
        QueryReader text)
        where T : new()
    {
        var query = new T();
        foreach (var (name, value) in sent ?? new Dictionary<string, JsonElement>())
        {
            if (accepted.FirstOrDefault(one => one.Name == name).Member is not { } member)
            {
                text.Refuse<string>(
                    Cut(name),
                    accepted.Count == 0
                        ? "There is no such argument: this tool takes none."
                        : $"There is no such argument; accepted: {string.Join(", ", accepted.Select(a => a.Name))}.");
            }
            else if (Text(value) is { } given)
            {
                member.SetValue(query, given.Length > 0 ? given : null);
            }
            else
            {
                text.Refuse<string>(name, "It is to be a text or a number.");
            }
        }

        return query;
    }

    static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        // Of statuses, several: what the API has with commas.
        JsonValueKind.Array when value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) =>
            string.Join(',', value.EnumerateArray().Select(one => one.GetString())),
        _ => null,
    };

    static string Cut(string name) => name.Length <= MostShown ? name : name[..MostShown] + "…";
}
