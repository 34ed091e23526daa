using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;

namespace RunLedger.Service.Policies;

/// <summary>By which limits runs are stuck, and which would leave for the archive.</summary>
static class PolicyEndpoints
{
    public static IServiceCollection AddPolicies(this IServiceCollection services)
    {
        services.TryAddSingleton<PolicyCover>();
        return services;
    }

    public static IEndpointRouteBuilder MapPolicies(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/policies", ([FromServices] RunLedgerOptions options) =>
                TypedResults.Json(PoliciesAnswer.From(options.Deadlines), PolicyJson.Default.PoliciesAnswer))
            .WithName("GetPolicies")
            .WithSummary("By which limits runs count as stuck, and rows as orphans.")
            .WithMetadata(new ReadsPrimaryAttribute())
            .Produces<PoliciesAnswer>();
        api.MapGet("/retention/preview", Preview).WithName("PreviewRetention")
            .WithSummary("Which runs would leave the ledger's tables for the archive now; changes nothing.")
            // The archive's own store, which is the writers'.
            .WithMetadata(new ReadsPrimaryAttribute())
            .Produces<RetentionPreview>();
        return routes;
    }

    static async Task<IResult> Preview(
        [FromServices] IArchiveStore archive,
        [FromServices] RetentionPeriods periods,
        [FromServices] ArchiveState state,
        [FromServices] TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
        var due = await archive.Preview(periods, now, cancellationToken);
        return TypedResults.Json(
            RetentionPreview.From(due, periods, now, state.Fault), PolicyJson.Default.RetentionPreview);
    }
}
