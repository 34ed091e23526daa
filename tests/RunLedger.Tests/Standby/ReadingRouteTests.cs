using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Security;
using RunLedger.Service.Standby;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Standby;

/// <summary>No route is added without its being decided where it reads from.</summary>
public sealed partial class ReadingRouteTests : IAsyncLifetime
{
    // They ask no database.
    static readonly string[] Nowhere = ["/openapi/{documentName}.json"];

    // Who may ask may save what he asks.
    static readonly string[] Saving = ["/query/save", "/query/delete", "/api/query/saved/{**name}"];

    // They write, or are of a route with ReadsPrimary.
    static readonly string[] Writing =
    [
        "Actions/ActionLog.cs", "Actions/ActionPurge.cs", "Channels/ChannelActions.cs",
        "Channels/ChannelHealthCheck.cs", "Channels/DeliveryTurn.cs", "Checkpoints/CheckpointRegistration.cs",
        "Expectations/ExpectationActions.cs", "Failures/FailureActions.cs",
        "Heartbeat/OutwardHeartbeat.cs", "Incidents/IncidentHealthCheck.cs", "Incidents/IncidentWatch.cs",
        "Incidents/RuleActions.cs",
        "Overview/ReplicaHeartbeat.cs", "Policies/PolicyEndpoints.cs", "Policies/SettingsPage.razor",
        "Query/SavedQueryActions.cs", "Rejected/RejectedActions.cs",
    ];

    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    static bool MayOnlyRead(RouteEndpoint route) => Asked(route).ToList() is
        [Scopes.Read] or [Scopes.Query] or [Scopes.Query, Scopes.Read] or [Scopes.Read, Scopes.Query];

    [Fact]
    public void Whatever_may_be_read_says_whether_a_standby_may_answer() => Assert.Empty(Routes
        .Where(route => MayOnlyRead(route) && !IsReading(route))
        .Select(route => route.RoutePattern.RawText)
        .Except([.. Nowhere, .. Saving]));

    [Fact]
    public void Whatever_takes_more_than_the_right_to_read_never_reads_from_a_standby() => Assert.Empty(Routes
        .Where(route => !MayOnlyRead(route) && IsReading(route))
        .Select(route => route.RoutePattern.RawText));

    [Fact]
    public void What_asks_the_primary_by_itself_writes_or_says_that_it_reads_there()
    {
        var root = Path.Combine(Checkout.Root, "src", "RunLedger.Service");
        var asking = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor")
            .Select(file => (Path: Path.GetRelativePath(root, file), Text: File.ReadAllText(file)))
            // What puts the program together, and what is about other databases or both.
            .Where(file => file.Path.Split('/')[0]
                is not ("bin" or "obj" or "Host" or "Bridge" or "Database" or "Standby"))
            .Where(file => Primary().IsMatch(file.Text))
            .Select(file => file.Path);

        Assert.Equal(Writing.Order(StringComparer.Ordinal), asking.Order(StringComparer.Ordinal));
    }

    // The stores of the writers, which are the primary's; a reading feature takes IDbContextFactory<LedgerDb>.
    [GeneratedRegex(@"\b(ILedgerTransactions|NpgsqlDataSource|I(Ledger|Archive|Sweep|Schedule|Definition)Store)\b")]
    private static partial Regex Primary();

    IEnumerable<RouteEndpoint> Routes =>
        _ledger.Services.GetRequiredService<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>();

    static bool IsReading(Endpoint route) => route.Metadata.GetMetadata<ReadsOnlyAttribute>() is not null;

    static IEnumerable<string?> Asked(Endpoint route) =>
        route.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(asked => asked.Policy);
}
