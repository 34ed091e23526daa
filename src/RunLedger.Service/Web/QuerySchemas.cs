using System.Globalization;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RunLedger.Service.Web;

/// <summary>Parameters are bound as text; OpenAPI is told what the text has to be.</summary>
static class QuerySchemas
{
    public static Task Describe(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var formats = context.Description.ParameterDescriptions
            .ToDictionary(parameter => parameter.Name, parameter => Format(parameter.ParameterDescriptor));
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
                { } name when formats.GetValueOrDefault(name) is { } format =>
                    new OpenApiSchema { Type = JsonSchemaType.String, Format = format },
                _ => parameter.Schema,
            };
        }
        return Task.CompletedTask;
    }

    static string? Format(ParameterDescriptor? parameter) =>
        parameter is IParameterInfoParameterDescriptor { ParameterInfo: { } info }
            ? info.GetCustomAttributes(typeof(QueryFormatAttribute), false)
                .OfType<QueryFormatAttribute>()
                .FirstOrDefault()?.Format
            : null;
}
