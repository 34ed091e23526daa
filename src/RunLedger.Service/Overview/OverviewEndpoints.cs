using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RunLedger.Broker;
using RunLedger.Service.Settings;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;

namespace RunLedger.Service.Overview;

/// <summary>The figures of the overview, the latest changes, and what keeps them fresh.</summary>
static class OverviewEndpoints
{
    public static IServiceCollection AddOverview(this IServiceCollection services)
    {
        services.TryAddSingleton<LastAction>();
        services.TryAddSingleton<OverviewQuery>();
        services.TryAddSingleton<ActivityQuery>();
        return services;
    }

    /// <summary>What goes on beside requests.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="broker">The broker's address; null where there is none.</param>
    public static IServiceCollection AddLive(this IServiceCollection services, BrokerAddress? broker)
    {
        services.AddSingleton<LiveChanges>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveChanges>());
        services.AddHostedService<ReplicaHeartbeat>();
        if (broker is not null)
        {
            services.AddOptions<BrokerOptions>()
                .Configure<IConfiguration>((options, settings) =>
                    LedgerSettings.Bind(settings.GetSection(BrokerOptions.Section), options, quote: false))
                .ValidateDataAnnotations()
                .ValidateOnStart();
            services.AddSingleton(provider => new BrokerQueues(
                broker,
                provider.GetRequiredService<IOptions<BrokerOptions>>().Value.Management is { Length: > 0 } url
                    ? new Uri(url)
                    : null,
                provider.GetRequiredService<RunLedgerOptions>()));
        }

        return services;
    }

    public static IEndpointRouteBuilder MapOverview(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/overview", async ([FromServices] OverviewQuery overview, CancellationToken cancellationToken) =>
                TypedResults.Json(await overview.Find(cancellationToken), OverviewJson.Default.Overview))
            .WithName("GetOverview")
            .WithSummary(
                "How the ledger and what it observes are: counts, throughput, sweeps, freshness, replicas and queues.")
            .WithDescription("An answer is kept for two seconds.")
            .Produces<Overview>();
        api.MapGet("/activity", GetActivity).WithName("GetActivity")
            .WithSummary("The latest changes: runs that are new, ended or were flagged, newest first.")
            .Describes<ActivityAnswer>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        return routes;
    }

    static async Task<IResult> GetActivity(
        [Description("How many, at most.")] string? limit,
        [FromServices] ActivityQuery activity,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var count = text.Limit(limit);
        return text.Problem is { } problem
            ? problem
            : TypedResults.Json(
                new ActivityAnswer { Items = await activity.Latest(count, cancellationToken) },
                OverviewJson.Default.ActivityAnswer);
    }
}
