using Google.Protobuf;
using RunLedger.Intake;
using RunLedger.Service.Intake.Otlp.Wire;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// What OTLP answers. Spans of everything else are fine and are not spoken of; rejected are those of pipelines of which
/// no run can be made: sending them again would not help, and their sender hears so.
/// </summary>
static class TraceAnswer
{
    const int ReasonsNamed = 3;

    const int MessageBytes = 1024;

    public static ExportTraceServiceResponse Of(IntakeResult result) =>
        result.Rejected.Count == 0
            ? new()
            : new()
            {
                PartialSuccess = new()
                {
                    RejectedSpans = result.Rejected.Count,
                    ErrorMessage = CutText.To(
                        string.Join("; ", result.Rejected.Select(one => one.Reason).Distinct().Take(ReasonsNamed)),
                        MessageBytes)!,
                },
            };

    public static IResult Of(TraceEncoding encoding, IntakeResult result)
    {
        var answer = Of(result);
        return encoding == TraceEncoding.Protobuf
            ? TypedResults.Bytes(answer.ToByteArray(), MediaType(encoding))
            : TypedResults.Text(JsonFormatter.Default.Format(answer), MediaType(encoding));
    }

    /// <summary>A <c>google.rpc.Status</c>, in which the code is what gRPC calls the status.</summary>
    public static IResult Refused(TraceEncoding encoding, int status, string reason)
    {
        var answer = new RpcStatus { Code = (int)Code(status), Message = reason };
        return encoding == TraceEncoding.Protobuf
            ? new StatusBytes(status, answer.ToByteArray(), MediaType(encoding))
            : TypedResults.Text(JsonFormatter.Default.Format(answer), MediaType(encoding), statusCode: status);
    }

    public static string MediaType(TraceEncoding encoding) =>
        encoding == TraceEncoding.Protobuf ? "application/x-protobuf" : "application/json";

    public static Grpc.Core.StatusCode Code(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => Grpc.Core.StatusCode.DeadlineExceeded,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests =>
            Grpc.Core.StatusCode.ResourceExhausted,
        StatusCodes.Status503ServiceUnavailable => Grpc.Core.StatusCode.Unavailable,
        _ => Grpc.Core.StatusCode.InvalidArgument,
    };
}
