using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RunLedger.Service.Web;

/// <summary>Parameters are bound as text; OpenAPI is told what the text has to be.</summary>
static class QuerySchemas
{
    public static Task Describe(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            parameter.Schema = parameter.Name switch
            {
                "limit" => new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = QueryReader.MaxLimit.ToString(CultureInfo.InvariantCulture),
                    Default = QueryReader.DefaultLimit,
                },
                "since" or "until" or "from" or "to" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
                "parentRunId" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
                _ => parameter.Schema,
            };
        }
        return Task.CompletedTask;
    }
}
