using Grpc.Core;
using Microsoft.Extensions.Options;
using RunLedger.Service.Intake.Otlp.Wire;
using RunLedger.Telemetry;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>OTLP over gRPC: the same as over HTTP.</summary>
/// <remarks>
/// What can be sent again is answered <c>UNAVAILABLE</c>: of <c>RESOURCE_EXHAUSTED</c> an exporter believes that it
/// cannot.
/// </remarks>
sealed class TraceReceiver(
    IntakeShares shares, ObservationIntake intake, IOptions<IntakeOptions> limits, LedgerMeter meter)
{
    public async Task<ExportTraceServiceResponse> Export(byte[] request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        using var room = shares.TryTakeBytes(http, request.Length);
        using var place = shares.TryTakePlace(http);
        if (room is null || place is null)
            throw Refused(StatusCode.Unavailable, "As many requests are under way as there may be: try again.");
        var traces = TraceBody.Read(TraceEncoding.Protobuf, request);
        if (traces.Fault is { } fault)
            throw Refused(StatusCode.InvalidArgument, fault);
        if (traces.Lines.Count > limits.Value.MaxObservations)
        {
            throw Refused(
                StatusCode.InvalidArgument,
                $"Send at most {limits.Value.MaxObservations} spans of pipelines at once.");
        }

        try
        {
            var result = await intake.Take(traces.Lines, TraceEndpoints.GrpcOrigin, context.CancellationToken);
            meter.Witnessed(Witness.Otlp, traces.Spans, result.Accepted, result.Rejected.Count);
            return TraceAnswer.Of(result);
        }
        catch (Exception e) when (IntakeOutage.Is(e))
        {
            throw Refused(
                StatusCode.Unavailable,
                "The spans are not durable yet: the broker or the database is away. Try again.");
        }
    }

    static RpcException Refused(StatusCode code, string reason) => new(new(code, reason));
}
