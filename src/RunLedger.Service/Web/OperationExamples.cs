using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace RunLedger.Service.Web;

/// <summary>Tells OpenAPI what is sent, and what is answered, by example.</summary>
static class OperationExamples
{
    /// <param name="route">The route.</param>
    /// <param name="request">JSON that is sent, or null.</param>
    /// <param name="answer">JSON that is answered where all is well, or null.</param>
    public static RouteHandlerBuilder WithExamples(
        this RouteHandlerBuilder route, string? request = null, string? answer = null) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            if (request is not null)
                Put(operation.RequestBody?.Content, request);
            foreach (var (_, response) in operation.Responses?.Where(one => one.Key is "200" or "202") ?? [])
            {
                if (answer is not null)
                    Put(response.Content, answer);
            }

            return Task.CompletedTask;
        });

    static void Put(IDictionary<string, OpenApiMediaType>? content, string example)
    {
        if (content?.TryGetValue("application/json", out var json) is true)
            json.Example = JsonNode.Parse(example);
    }
}
