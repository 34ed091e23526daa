using System.Globalization;
using MassTransit;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RunLedger.Intake;
using RunLedger.Service.Web;

namespace RunLedger.Service.Intake;

/// <summary>The routes that take observations.</summary>
static class IntakeEndpoints
{
    /// <summary>Where events that were set aside came from.</summary>
    public const string LineageOrigin = "POST /api/v1/lineage";

    public static IServiceCollection AddIntake(this IServiceCollection services, bool embedded)
    {
        services.AddOptions<IntakeOptions>().BindConfiguration(IntakeOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IntakeOptions>, IntakeOptionsValidation>();
        services.AddSingleton<IntakeShares>();
        services.AddSingleton<BodyReading>();
        services.AddSingleton<IntakeRoom>();
        services.AddSingleton<ObservationIntake>();
        if (embedded)
        {
            services.AddSingleton<CommitSignal>();
            services.AddConsumeObserver<CommitSignal>(provider => provider.GetRequiredService<CommitSignal>());
            // What is published before the queue exists in memory would be dropped, and its sender wait in vain.
            services.AddOptions<MassTransitHostOptions>().Configure(host => host.WaitUntilStarted = true);
        }

        services.AddRequestDecompression();
        // Otherwise a packed body that was cut is unpacked as far as it goes, and its lines after that are lost unsaid.
        AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);
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
            .Answers().AddOpenApiOperationTransformer(IntakeSchemas.Lineage);
        return routes;
    }

    static RouteHandlerBuilder Answers(this RouteHandlerBuilder route)
    {
        route.Produces<IntakeResult>(StatusCodes.Status202Accepted);
        foreach (var status in (int[])[400, 408, 413, 415, 429, 503])
            route.ProducesProblem(status);
        return route;
    }

    static Task<IResult> Observations(
        HttpRequest request, BodyReading bodies, IntakeShares shares, ObservationIntake intake) =>
        Take(request, bodies, shares, intake, ObservationBody.Observation, "POST /api/observations");

    static Task<IResult> Lineage(
        HttpRequest request,
        BodyReading bodies,
        IntakeShares shares,
        ObservationIntake intake,
        RunLedgerOptions options) =>
        Take(
            request,
            bodies,
            shares,
            intake,
            part => ObservationBody.Lineage(part, options.MaxEvidenceBytes),
            LineageOrigin);

    static async Task<IResult> Take(
        HttpRequest request,
        BodyReading bodies,
        IntakeShares shares,
        ObservationIntake intake,
        Func<BodyPart, IntakeLine> read,
        string origin)
    {
        var http = request.HttpContext;
        using var body = new RequestBody(shares, http);
        if (await bodies.Read(request, body) is { } problem)
            return problem;
        using var place = shares.TryTakePlace(http);
        if (place is null)
            return RateLimitAnswer.TooMany(http, $"{shares.Places} requests are under way, or half of them are yours");
        var parts = BodyParts.Of(body.Bytes, intake.MaxObservations);
        if (parts.Count > intake.MaxObservations)
        {
            return TypedResults.Problem(
                string.Create(
                    CultureInfo.InvariantCulture, $"Send at most {intake.MaxObservations:N0} observations at once."),
                statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        try
        {
            return Answer(await intake.Take(parts.Select(read), origin, http.RequestAborted));
        }
        catch (Exception e) when (IntakeOutage.Is(e))
        {
            return IntakeOutage.Answer(http, e);
        }
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
