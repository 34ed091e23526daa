using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;

namespace RunLedger.Tests.Support;

/// <summary>The JSON Schema of a contract, made from its record and the record's documentation.</summary>
static class ContractSchema
{
    static readonly XmlDocumentation Documentation = new(typeof(IRunMessage).Assembly);

    public static JsonObject Of(Type contract)
    {
        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Describe,
        };
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = contract.Name,
            ["description"] = Documentation.Summary(contract),
        };
        foreach (var (keyword, value) in Wire.Json.GetJsonSchemaAsNode(contract, options).AsObject())
        {
            schema[keyword] = value?.DeepClone();
        }

        // New members are optional for ever: an older reader passes over them.
        schema["additionalProperties"] = true;
        return schema;
    }

    static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.PropertyInfo is not { AttributeProvider: PropertyInfo property })
        {
            return schema;
        }

        // Any JSON is the schema `true`, which has no room for a description.
        var described = schema as JsonObject ?? [];
        described["description"] = Documentation.Summary(property);
        if (property.PropertyType == typeof(IReadOnlyList<RunObservation>))
            Items(described);
        if (Choices(property.Name) is { } choices)
        {
            var values = new JsonArray([.. choices.Select(choice => (JsonNode)choice)]);
            if (context.PropertyInfo.IsSetNullable)
            {
                values.Add(null);
            }

            described["enum"] = values;
        }

        return described;
    }

    // A converter writes them, so the exporter knows nothing of them: each is an observation with its type.
    static void Items(JsonObject described)
    {
        described["type"] = "array";
        (described["minItems"], described["maxItems"]) = (1, ObservationBatch.MostObservations);
        var kinds = ContractMap.Folded.Order(StringComparer.Ordinal).Select(name => (JsonNode)new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["type"] = new JsonObject { ["const"] = name } },
            ["required"] = new JsonArray("type"),
            ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"{name}.schema.json" }),
        });
        described["items"] = new JsonObject { ["oneOf"] = new JsonArray([.. kinds]) };
    }

    static IReadOnlyList<string>? Choices(string member) => member switch
    {
        nameof(IRunMessage.SourceSystem) => SourceSystems.All,
        nameof(StepObservation.ComponentRole) => ComponentRoles.All,
        _ => null,
    };
}
