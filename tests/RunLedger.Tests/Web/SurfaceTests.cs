using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Standby;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Web;

/// <summary>What can be asked of the service, and by whom.</summary>
public sealed class SurfaceTests
{
    const int Width = 150;
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Every_route_is_as_approved_with_who_may_ask_it()
    {
        // With meters, for the route of the metrics.
        await using var ledger = await EmbeddedLedger.Start("--OTEL_SDK_DISABLED", "false");

        var routes = ledger.Services.GetRequiredService<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>();

        Approved.Is("routes.txt", string.Join('\n', routes.Select(Line).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_OpenAPI_document_is_as_approved()
    {
        // The document has the program's name, which is a test's here.
        await using var ledger = await EmbeddedLedger.Start("--applicationName", "RunLedger.Service");

        var document = JsonNode.Parse(await ledger.Client.GetStringAsync("/openapi/v1.json"))!;

        // Where this one listens.
        document["servers"]![0]!["url"] = "{address}";
        Approved.Is("openapi.json", Text(document));
    }

    static string Line(RouteEndpoint route)
    {
        var metadata = route.Metadata;
        var methods = metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Order(StringComparer.Ordinal);
        var scopes = string.Join('+', metadata.GetOrderedMetadata<IAuthorizeData>().Select(asked => asked.Policy));
        var form = metadata.GetMetadata<IAntiforgeryMetadata>();
        var size = metadata.GetMetadata<IRequestSizeLimitMetadata>();
        var parts = new[]
        {
            route.RoutePattern.RawText,
            methods is null ? "any method" : string.Join(',', methods),
            metadata.GetMetadata<IAllowAnonymous>() is null ? $"scope {scopes}" : "anonymous",
            metadata.GetMetadata<EnableRateLimitingAttribute>() is { } limit ? $"rate limit {limit.PolicyName}" : null,
            metadata.GetMetadata<ReadsOnlyAttribute>() is null ? null
                : metadata.GetMetadata<ReadsPrimaryAttribute>() is null ? "reads from a standby"
                : "reads from the primary",
            form?.RequiresValidation == true ? "form token" : null,
            size is null ? null
                : size.MaxRequestBodySize is { } most ? $"at most {most} bytes"
                : "its own limit of bytes",
            metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null ? null : "not described",
        };
        return string.Join(" | ", parts.OfType<string>());
    }

    // Members in the order of their names, which says nothing to a reader; on one line what fits there.
    static string Text(JsonNode? node, string indent = "")
    {
        var inner = indent + "  ";
        var parts = node switch
        {
            JsonObject members => [.. members.OrderBy(member => member.Key, StringComparer.Ordinal)
                .Select(member => $"{JsonValue.Create(member.Key).ToJsonString(Plain)}: {Text(member.Value, inner)}")],
            JsonArray items => [.. items.Select(item => Text(item, inner))],
            _ => Array.Empty<string>(),
        };
        if (parts.Length == 0)
            return node?.ToJsonString(Plain) ?? "null";
        var (begin, end) = node is JsonObject ? ("{", "}") : ("[", "]");
        var line = $"{begin}{string.Join(", ", parts)}{end}";
        return indent.Length + line.Length <= Width && !line.Contains('\n', StringComparison.Ordinal)
            ? line
            : $"{begin}\n{inner}{string.Join($",\n{inner}", parts)}\n{indent}{end}";
    }
}
