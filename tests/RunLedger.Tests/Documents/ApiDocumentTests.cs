using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Documents;

/// <summary>docs/api.md has every route below <c>/api</c>, and no other.</summary>
public sealed partial class ApiDocumentTests : IAsyncLifetime
{
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public void The_document_names_every_route()
    {
        var served = _ledger.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} {route.RoutePattern.RawText}"))
            // Two stars take the slashes of a code too: that is said below the table.
            .Select(route => route.Replace("**", "", StringComparison.Ordinal));
        var documented = Row().Matches(Document.Read("docs/api.md")).Select(row => row.Groups["route"].Value);

        Assert.Equal(served.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `(?<route>[A-Z]+ /api/[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
