using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using RunLedger.Folding;

namespace RunLedger.Service.Intake;

/// <summary>Tells OpenAPI what the intake takes, by the contracts' own schemas and samples.</summary>
static class IntakeSchemas
{
    const string Json = "application/json";

    public static Task Observations(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var contracts = ContractMap.Names.ToDictionary(name => name, name => (
            Schema: (IOpenApiSchema)Component(context.Document!, name, Typed(Read($"{name}.schema.json"), name)),
            Sample: Typed(Read($"{name}.sample.json"), name, sample: true)));
        operation.RequestBody = OneOrMany(
            [.. contracts.Values.Select(contract => contract.Schema)],
            contracts.ToDictionary(contract => contract.Key, contract => contract.Value.Sample));
        operation.RequestBody.Content!["application/x-ndjson"] = new OpenApiMediaType
        {
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "An observation a line." },
            Example = string.Join('\n', contracts.Values.Take(2).Select(contract => contract.Sample.ToJsonString())),
        };
        return Task.CompletedTask;
    }

    public static Task Lineage(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        const string name = "RunEvent";
        operation.RequestBody = OneOrMany(
            [Component(context.Document!, name, Read($"{name}.schema.json"))],
            new() { [name] = Read($"{name}.sample.json") });
        return Task.CompletedTask;
    }

    /// <summary>Bodies that somebody else's specification describes.</summary>
    public static Func<OpenApiOperation, OpenApiOperationTransformerContext, CancellationToken, Task> Bodies(
        params string[] mediaTypes) => (operation, _, _) =>
    {
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = mediaTypes.ToDictionary(type => type, _ => new OpenApiMediaType()),
        };
        return Task.CompletedTask;
    };

    static OpenApiRequestBody OneOrMany(List<IOpenApiSchema> kinds, Dictionary<string, JsonObject> samples) => new()
    {
        Required = true,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [Json] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema
                {
                    AnyOf =
                    [
                        .. kinds,
                        new OpenApiSchema
                        {
                            Type = JsonSchemaType.Array,
                            Items = kinds.Count == 1 ? kinds[0] : new OpenApiSchema { AnyOf = [.. kinds] },
                        },
                    ],
                },
                Examples = samples.ToDictionary(
                    sample => sample.Key, sample => (IOpenApiExample)new OpenApiExample { Value = sample.Value }),
            },
        },
    };

    static OpenApiSchemaReference Component(OpenApiDocument document, string name, JsonObject json)
    {
        var schema = OpenApiModelFactory.Parse<OpenApiSchema>(
            json.ToJsonString(), OpenApiSpecVersion.OpenApi3_1, document, out _, "json");
        document.AddComponent(name, schema!);
        return new OpenApiSchemaReference(name, document);
    }

    /// <summary>Over HTTP an observation says what it is; on the bus its exchange does.</summary>
    static JsonObject Typed(JsonObject json, string name, bool sample = false)
    {
        if (sample)
        {
            json.Insert(0, "type", name);
            return json;
        }

        json.Remove("$schema");
        json["properties"]!.AsObject().Insert(0, "type", new JsonObject { ["type"] = "string", ["const"] = name });
        json["required"]!.AsArray().Insert(0, "type");
        return json;
    }

    static JsonObject Read(string resource)
    {
        using var stream = typeof(IntakeSchemas).Assembly.GetManifestResourceStream(resource)!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
