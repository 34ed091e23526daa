using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RunLedger.Service.Security;

/// <summary>Tells OpenAPI how to say who one is, and which scope an operation needs.</summary>
static class SecurityDescription
{
    const string Key = "key";
    const string Bearer = "bearer";

    public static void Add(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.AddComponent(Key, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKeyHandler.Header,
                Description =
                    "A key made by 'key create'. Without keys the ledger listens on loopback and asks for none.",
            });
            document.AddComponent(Bearer, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Bearer,
                Description = "The same key, or a token of the OpenID provider.",
            });
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (Scope(context) is not { } scope)
                return Task.CompletedTask;
            operation.Security =
            [
                new() { [new OpenApiSecuritySchemeReference(Key, context.Document)] = [scope] },
                new() { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [scope] },
            ];
            operation.Responses ??= [];
            operation.Responses.TryAdd("401", Problem("Nobody known asks."));
            operation.Responses.TryAdd("403", Problem($"Who asks has not the scope {scope}."));
            return Task.CompletedTask;
        });
    }

    static string? Scope(OpenApiOperationTransformerContext context) =>
        context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().LastOrDefault()?.Policy;

    static OpenApiResponse Problem(string description) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() },
    };
}
