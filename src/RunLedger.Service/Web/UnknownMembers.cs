using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RunLedger.Intake;

namespace RunLedger.Service.Web;

/// <summary>What somebody sent that is no member of what is taken: nobody would notice a slip of the pen.</summary>
static class UnknownMembers
{
    const int MostNamed = 5;
    const int MostName = 60;

    /// <summary>What to say of them; null where there are none.</summary>
    /// <param name="json">What was sent.</param>
    /// <param name="type">What it is read as.</param>
    public static string? Fault(JsonElement json, Type type)
    {
        var unknown = Of(json, JsonSerializerOptions.Web.GetTypeInfo(type), "").Distinct().ToList();
        if (unknown.Count == 0)
            return null;
        var named = string.Join(", ", unknown.Take(MostNamed));
        var more = unknown.Count > MostNamed ? $" and {unknown.Count - MostNamed} more" : "";
        return $"Not known here: {named}{more}. Send {string.Join(", ", NamesOf(type))}.";
    }

    static IEnumerable<string> NamesOf(Type type) =>
        JsonSerializerOptions.Web.GetTypeInfo(type).Properties.Select(property => property.Name);

    static IEnumerable<string> Of(JsonElement json, JsonTypeInfo type, string path) =>
        (json.ValueKind, type.Kind) switch
        {
            (JsonValueKind.Object, JsonTypeInfoKind.Object) => json.EnumerateObject().SelectMany(member =>
                type.Properties.FirstOrDefault(
                    property => property.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)) is { } known
                    ? Of(member.Value, type.Options.GetTypeInfo(known.PropertyType), $"{path}{known.Name}.")
                    : [$"{path}{CutText.To(member.Name, MostName)}"]),
            (JsonValueKind.Array, JsonTypeInfoKind.Enumerable) when type.ElementType is { } element =>
                json.EnumerateArray().SelectMany(
                    item => Of(item, type.Options.GetTypeInfo(element), path)),
            _ => [],
        };
}
