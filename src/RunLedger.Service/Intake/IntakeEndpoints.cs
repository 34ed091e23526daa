using System.Globalization;
using MassTransit;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace RunLedger.Service.Intake;

/// <summary>The routes that take observations.</summary>
static class IntakeEndpoints
{
    /// <summary>Where events that were set aside came from.</summary>
    public const string LineageOrigin = "POST /api/v1/lineage";

    public static IServiceCollection AddIntake(this IServiceCollection services, bool embedded)
    {
        services.AddOptions<IntakeOptions>().BindConfiguration(IntakeOptions.Section).ValidateOnStart()
            // Of several ledgers that divide the runs no one gets a message of many.
            .PostConfigure<RunLedgerOptions>((intake, ledger) => intake.PublishTogether &= ledger.BindContracts);
        services.AddSingleton<IValidateOptions<IntakeOptions>, IntakeOptionsValidation>();
        services.AddSingleton<IntakeShares>();
        services.AddSingleton<BodyReading>();
        services.AddSingleton<IntakeRoom>();
        services.AddSingleton<ObservationIntake>();
        services.AddSingleton<IntakeRequests>();
        if (embedded)
        {
            services.AddSingleton<CommitSignal>();
            services.AddConsumeObserver<CommitSignal>(provider => provider.GetRequiredService<CommitSignal>());
            // What is published before the queue exists in memory would be dropped, and its sender wait in vain.
            services.AddOptions<MassTransitHostOptions>().Configure(host => host.WaitUntilStarted = true);
        }

        services.AddRequestDecompression();
        services.Configure<RateLimiterOptions>(IntakeRateLimits.Add);
        return services;
    }

    public static IEndpointRouteBuilder MapIntake(this IEndpointRouteBuilder routes)
    {
        var intake = routes.MapGroup("/api").WithTags("Intake").RequireRateLimiting(IntakeRateLimits.Policy);
        intake.MapPost("/observations", Observations).WithName("TakeObservations")
            .WithSummary("Takes observations: one JSON object, an array of them, or NDJSON.")
            .WithDescription(
                "The answer comes when they are durable. What cannot be taken is set aside with its reason and "
                    + "costs its neighbours nothing.")
            .Answers().AddOpenApiOperationTransformer(IntakeSchemas.Observations);
        intake.MapPost("/v1/lineage", Lineage).WithName("TakeLineage")
            .WithSummary("Takes OpenLineage events as its clients send them: one, or an array.")
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Answers().AddOpenApiOperationTransformer(IntakeSchemas.Lineage);
        intake.MapPost("/v1/lineage/batch", Batch).WithName("TakeLineageBatch")
            .WithSummary("Takes a batch of OpenLineage events, and answers as OpenLineage's own API does.")
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Produces<BatchResult>(StatusCodes.Status200OK).Problems()
            .AddOpenApiOperationTransformer(IntakeSchemas.Lineage);
        return routes;
    }

    static RouteHandlerBuilder Answers(this RouteHandlerBuilder route) =>
        route.Produces<IntakeResult>(StatusCodes.Status202Accepted).Problems();

    static RouteHandlerBuilder Problems(this RouteHandlerBuilder route)
    {
        foreach (var status in (int[])[400, 408, 413, 415, 429, 503])
            route.ProducesProblem(status);
        return route;
    }

    static async Task<IResult> Observations(HttpRequest request, IntakeRequests requests)
    {
        using var body = requests.Body(request.HttpContext);
        return await requests.Take(body, ObservationBody.Observation, "POST /api/observations", Answer);
    }

    static async Task<IResult> Lineage(HttpRequest request, IntakeRequests requests)
    {
        using var body = requests.LineageBody(request.HttpContext);
        return await requests.Take(body, requests.Event, LineageOrigin, Answer);
    }

    static async Task<IResult> Batch(HttpRequest request, IntakeRequests requests)
    {
        using var body = requests.LineageBody(request.HttpContext);
        return await requests.Take(
            body,
            requests.Event,
            LineageOrigin,
            // What is no batch at all is told so.
            result => body.IsArray || result.Accepted > 0 ? TypedResults.Ok(BatchResult.Of(result)) : Answer(result));
    }

    static IResult Answer(IntakeResult result)
    {
        if (result.Accepted + result.Ignored.Count > 0)
            return TypedResults.Accepted((string?)null, result);
        return TypedResults.Problem(
            result.Rejected.Count == 0
                ? "The body is empty: send an observation as JSON."
                : string.Create(
                    CultureInfo.InvariantCulture, $"None of the {result.Rejected.Count} observations can be taken."),
            statusCode: StatusCodes.Status400BadRequest,
            extensions: new Dictionary<string, object?> { ["accepted"] = 0, ["rejected"] = result.Rejected });
    }
}
