using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake.Otlp;

/// <summary>OpenTelemetry's own SDK and exporter against the service, both ways.</summary>
public sealed class TraceExporterTests : IAsyncLifetime
{
    readonly string _grpc = $"http://127.0.0.1:{FreePort()}";

    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start("--Intake:GrpcUrl", _grpc);

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public void What_the_exporter_sends_over_HTTP_and_over_gRPC_is_the_same_run()
    {
        Export(OtlpExportProtocol.HttpProtobuf, new(_ledger.Client.BaseAddress!, "/v1/traces"), "http");
        Export(OtlpExportProtocol.Grpc, new(_grpc), "grpc");

        Assert.Equal(
            ["CI:github:http failed 1 of 7 tests", "CI:github:grpc failed 1 of 7 tests"],
            _ledger.List(
                "select process_candidate_code || ' ' || status || ' ' || error_ref from process_run_observation "
                + "order by 1 desc"));
        Assert.Equal(
            ["grpc test failed", "http test failed"],
            _ledger.List(
                "select replace(r.process_candidate_code, 'CI:github:', '') || ' ' || c.dot_code || ' ' || c.status "
                + "from process_component_observation c join process_run_observation r using (process_run_id) "
                + "where c.started_at is not null and c.ended_at is not null and r.correlation_id = c.correlation_id "
                + "order by 1"));
    }

    [Fact]
    public async Task Bytes_over_gRPC_that_are_no_protobuf_are_a_status_and_no_row()
    {
        using var client = new HttpClient();
        string[] bodies =
        [
            "00000000040AFFFFFF", "0000000010FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "00000000090A", "01000000021F8B",
            "7B7D",
        ];
        var answers = new List<string>();
        foreach (var hex in bodies)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post, $"{_grpc}/opentelemetry.proto.collector.trace.v1.TraceService/Export")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(Convert.FromHexString(hex))
                {
                    Headers = { ContentType = new("application/grpc") },
                },
            };
            request.Headers.TE.ParseAdd("trailers");

            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

            var status = answer.TrailingHeaders.Concat(answer.Headers).First(header => header.Key == "grpc-status");
            Assert.True(status.Value.Single() != "0", hex);
            answers.Add(status.Value.Single());
        }

        // INVALID_ARGUMENT, of which an exporter knows that sending it again would not help.
        Assert.Equal(["3", "3"], answers[..2]);

        Assert.Empty(
            _ledger.List("select '' from process_run_observation union all select '' from rejected_observation"));
    }

    static void Export(OtlpExportProtocol protocol, Uri endpoint, string pipeline)
    {
        using var source = new ActivitySource($"ci-{pipeline}");
        using var provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("github"))
            .AddOtlpExporter(exporter =>
            {
                (exporter.Endpoint, exporter.Protocol) = (endpoint, protocol);
                exporter.ExportProcessorType = ExportProcessorType.Batch;
            })
            .Build();
        using (var run = source.StartActivity($"RUN {pipeline}", ActivityKind.Server, parentId: null!))
        {
            Assert.NotNull(run);
            run.SetTag("cicd.pipeline.name", pipeline).SetTag("cicd.pipeline.run.id", $"run-{pipeline}")
                .SetTag("cicd.pipeline.result", "failure").SetStatus(ActivityStatusCode.Error, "1 of 7 tests");
            using (var task = source.StartActivity("test"))
            {
                task!.SetTag("cicd.pipeline.run.id", $"run-{pipeline}").SetTag("cicd.pipeline.task.name", "test")
                    .SetTag("cicd.pipeline.task.run.result", "failure");
                using var request = source.StartActivity("GET /", ActivityKind.Client);
            }
        }

        Assert.True(provider.ForceFlush(10_000));
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
