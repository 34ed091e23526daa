using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Security;
using RunLedger.Service.Standby;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Standby;

/// <summary>No route is added without its being decided where it reads from.</summary>
public sealed class ReadingRouteTests : IAsyncLifetime
{
    // They ask no database.
    static readonly string[] Nowhere = ["/openapi/{documentName}.json"];

    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public void Whatever_may_be_read_says_whether_a_standby_may_answer() => Assert.Empty(Routes
        .Where(route => Asked(route).SequenceEqual([Scopes.Read]) && !IsReading(route))
        .Select(route => route.RoutePattern.RawText)
        .Except(Nowhere));

    [Fact]
    public void Whatever_takes_more_than_the_right_to_read_never_reads_from_a_standby() => Assert.Empty(Routes
        .Where(route => !Asked(route).SequenceEqual([Scopes.Read]) && IsReading(route))
        .Select(route => route.RoutePattern.RawText));

    IEnumerable<RouteEndpoint> Routes =>
        _ledger.Services.GetRequiredService<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>();

    static bool IsReading(Endpoint route) => route.Metadata.GetMetadata<ReadsOnlyAttribute>() is not null;

    static IEnumerable<string?> Asked(Endpoint route) =>
        route.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(asked => asked.Policy);
}
