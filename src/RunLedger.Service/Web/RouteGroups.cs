using RunLedger.Service.Standby;

namespace RunLedger.Service.Web;

/// <summary>What the routes of every feature have in common.</summary>
static class RouteGroups
{
    /// <summary>
    /// For what is read: an answer has a tag, and who has it already is told so. It may be read from a standby.
    /// </summary>
    public static RouteGroupBuilder MapReading(this IEndpointRouteBuilder routes) => routes.MapGroup("/api")
        .WithTags("Reading")
        .AddEndpointFilter<OutageFilter>()
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .RequireRateLimiting(ReadingLimits.Read).ProducesProblem(StatusCodes.Status429TooManyRequests)
        .WithMetadata(new ReadsOnlyAttribute()).AddEndpointFilter<StandbyFilter>()
        .AddEndpointFilter<TagFilter>()
        .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified));

    /// <summary>For what an operator does.</summary>
    public static RouteGroupBuilder MapOperating(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/api").WithTags("Operating")
            .AddEndpointFilter<OutageFilter>().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddEndpointFilter<OwnActionFilter>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    /// <summary>
    /// For the forms of the page: they do the same as the routes of the API, with the antiforgery token that form
    /// binding asks for, and lead back to the page, so that a reload does nothing twice.
    /// </summary>
    public static RouteGroupBuilder MapForms(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("").ExcludeFromDescription()
            .AddEndpointFilter<OutageFilter>().AddEndpointFilter<OwnActionFilter>();
}
