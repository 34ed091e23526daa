using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>What a tool takes and answers, as JSON schemas.</summary>
static class ToolSchemas
{
    public static JsonElement Input(IEnumerable<(string Name, PropertyInfo Member)> accepted)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var (name, member) in accepted)
        {
            var schema = name == "limit"
                ? new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = QueryReader.MaxLimit }
                : new JsonObject { ["type"] = "string" };
            if (member.GetCustomAttribute<QueryFormatAttribute>() is { } format)
                schema["format"] = format.Format;
            schema["description"] = member.GetCustomAttribute<DescriptionAttribute>()?.Description;
            properties[name] = schema;
            if (member.IsDefined(typeof(RequiredAttribute)))
                required.Add(name);
        }

        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = required,
            ["additionalProperties"] = false,
        });
    }

    public static JsonElement Output<T>() =>
        AIJsonUtilities.CreateJsonSchema(typeof(T), serializerOptions: AssistantJson.Readable.Options);
}
