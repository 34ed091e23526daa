using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using RunLedger.Service.Intake.Otlp.Wire;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// The method of OTLP over gRPC. It takes the bytes as they come: what the library cannot read itself it takes for a
/// fault of the service, with a stack trace in the log for each, and answers that nobody knows what is wrong.
/// </summary>
sealed class TraceMethod : IServiceMethodProvider<TraceReceiver>
{
    static readonly Method<byte[], ExportTraceServiceResponse> Export = new(
        MethodType.Unary,
        "opentelemetry.proto.collector.trace.v1.TraceService",
        "Export",
        Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes),
        Marshallers.Create<ExportTraceServiceResponse>(
            answer => answer.ToByteArray(), ExportTraceServiceResponse.Parser.ParseFrom));

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TraceReceiver> context) =>
        context.AddUnaryMethod(
            Export,
            [new HttpMethodMetadata([HttpMethods.Post])],
            (receiver, request, call) => receiver.Export(request, call));
}
