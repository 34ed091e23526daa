using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using RunLedger.Telemetry;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// The route of OTLP's traces: <c>cicd.pipeline.*</c> to runs and components; all other spans are counted and passed
/// over.
/// </summary>
static class TraceEndpoints
{
    /// <summary>Where spans that were set aside came from.</summary>
    public const string Origin = "POST /v1/traces";

    /// <inheritdoc cref="Origin"/>
    public const string GrpcOrigin = "gRPC TraceService/Export";

    const string Protobuf = "application/x-protobuf";
    const string Json = "application/json";

    public static IServiceCollection AddTraces(this IServiceCollection services)
    {
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = IntakeLimits.MaxBodyBytes;
            grpc.IgnoreUnknownServices = true;
        });
        services.AddSingleton<IServiceMethodProvider<TraceReceiver>, TraceMethod>();
        return services;
    }

    public static IEndpointRouteBuilder MapTraces(this IEndpointRouteBuilder routes)
    {
        var route = routes.MapPost("/v1/traces", Traces).WithName("TakeTraces").WithTags("Intake")
            .RequireRateLimiting(IntakeRateLimits.Policy)
            .WithSummary("Takes spans by OTLP over HTTP, in protobuf or JSON.")
            .WithDescription(
                "Spans of pipelines (`cicd.pipeline.*`) become runs and components; others are counted and passed "
                    + "over. The answer comes when what was taken is durable; what went wrong is a "
                    + "`google.rpc.Status`.")
            .AddOpenApiOperationTransformer(IntakeSchemas.Bodies(Json, Protobuf))
            .Produces<object>(StatusCodes.Status200OK, Json, Protobuf);
        foreach (var status in (int[])[400, 408, 413, 415, 429, 503])
            route.Produces<object>(status, Json, Protobuf);
        routes.MapGrpcService<TraceReceiver>().RequireRateLimiting(IntakeRateLimits.Policy);
        return routes;
    }

    static async Task<IResult> Traces(HttpRequest request, IntakeRequests requests, LedgerMeter meter)
    {
        if (Encoding(request.ContentType) is not { } encoding)
        {
            return TraceAnswer.Refused(
                TraceEncoding.Json,
                StatusCodes.Status415UnsupportedMediaType,
                $"The body's Content-Type must be {Protobuf} or {Json}.");
        }

        TraceBody? traces = null;
        using var body = requests.Body(request.HttpContext);
        var answer = await requests.Take(
            body,
            () =>
            {
                traces = TraceBody.Read(encoding, body.Bytes);
                return (traces.Lines.Count, traces.Lines);
            },
            Origin,
            result =>
            {
                if (traces!.Fault is { } fault)
                    return TraceAnswer.Refused(encoding, StatusCodes.Status400BadRequest, fault);
                meter.Witnessed(Witness.Otlp, traces.Spans, result.Accepted, result.Rejected.Count);
                return TraceAnswer.Of(encoding, result);
            });
        return answer is ProblemHttpResult problem
            ? TraceAnswer.Refused(encoding, problem.StatusCode, problem.ProblemDetails.Detail ?? "")
            : answer;
    }

    static TraceEncoding? Encoding(string? contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out var type) ? null
        : type.MediaType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase) ? TraceEncoding.Protobuf
        : type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) ? TraceEncoding.Json
        : null;
}
