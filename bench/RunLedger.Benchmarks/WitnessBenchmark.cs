using System.CommandLine;
using System.Diagnostics;
using System.Net;
using Google.Protobuf;
using RunLedger.Service.Intake.Otlp.Wire;
using RunLedger.Service.Security;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>witness</c>: what the intake loses while a flood of spans that are no runs arrives by OTLP beside it.
/// </summary>
static class WitnessBenchmark
{
    const int SpansPerRequest = 500;
    const int Senders = 2;

    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    static readonly Option<int> Seconds =
        new("--seconds") { Description = "How long each rate is measured.", DefaultValueFactory = _ => 30 };

    static readonly Option<int> Flood =
        new("--spans") { Description = "Spans a second that are no runs.", DefaultValueFactory = _ => 10_000 };

    static readonly Option<int> Rate = new("--rate")
    {
        Description = "Observations a second that are offered; 0 is as many as the ledger takes.",
        DefaultValueFactory = _ => 0,
    };

    public static Command Create()
    {
        var command = new Command("witness", "The intake beside a flood of spans that are no runs.")
        {
            Seconds, Flood, Rate,
        };
        command.SetAction((parsed, _) => Run(
            TimeSpan.FromSeconds(parsed.GetValue(Seconds)), parsed.GetValue(Flood), parsed.GetValue(Rate),
            TimeProvider.System));
        return command;
    }

    static async Task<int> Run(TimeSpan duration, int spans, int rate, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var (sender, exporter) = (ApiKeys.Create(), ApiKeys.Create());
        await using var service = await ServiceProcess.Start(servers, time, (sender, "observe"), (exporter, "observe"));
        using var intake = new HttpLoad(service.Url, sender, rate, time);
        using var end = new CancellationTokenSource();
        using var flood = new CancellationTokenSource();
        var sending = intake.Send(end.Token);
        await Task.Delay(WarmUp, time);
        var before = await intake.Measure(duration);

        var sent = 0L;
        var body = Body();
        var flooding = Enumerable.Range(0, Senders).Select(_ => Task.Run(Export)).ToList();
        await Task.Delay(WarmUp, time);
        var (start, from) = (Stopwatch.GetTimestamp(), Interlocked.Read(ref sent));
        var during = await intake.Measure(duration);
        var passed = (Interlocked.Read(ref sent) - from) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await flood.CancelAsync();
        await Task.WhenAll(flooding);
        await Task.Delay(WarmUp, time);
        var after = await intake.Measure(duration);
        await end.CancelAsync();
        await sending;

        var table = new Table().AddColumns("beside spans that are no runs", "");
        table.AddRow("spans/s", $"{passed:N0}, of {body.Length / SpansPerRequest:N0} bytes");
        table.AddRow("observations/s before, during, after", $"{before:N0}, {during:N0}, {after:N0}");
        table.AddRow("ratio to the mean of before and after", $"{during / ((before + after) / 2):N2}");
        AnsiConsole.Write(table);
        return 0;

        async Task Export()
        {
            using var http = new HttpClient { BaseAddress = service.Url };
            http.DefaultRequestHeaders.Add("X-Api-Key", exporter);
            var pause = TimeSpan.FromSeconds((double)SpansPerRequest * Senders / spans);
            while (!flood.IsCancellationRequested)
            {
                var begun = Stopwatch.GetTimestamp();
                using var content = new ByteArrayContent(body)
                {
                    Headers = { ContentType = new("application/x-protobuf") },
                };
                using var answer = await http.PostAsync("/v1/traces", content);
                if (answer.StatusCode != HttpStatusCode.OK)
                    throw new BenchException($"{(int)answer.StatusCode} to a request of spans.");
                Interlocked.Add(ref sent, SpansPerRequest);
                if (pause - Stopwatch.GetElapsedTime(begun) is { Ticks: > 0 } ahead)
                    await Task.Delay(ahead, time, CancellationToken.None);
            }
        }
    }

    /// <summary>Spans as a web service has them, with ten attributes each.</summary>
    static byte[] Body()
    {
        var random = new Random(1);
        var scope = new ScopeSpans();
        for (var n = 0; n < SpansPerRequest; n++)
        {
            var span = new Span
            {
                TraceId = Some(16),
                SpanId = Some(8),
                ParentSpanId = Some(8),
                Name = "GET /orders/{id}",
                Kind = 2,
                StartTimeUnixNano = 1_772_443_800_123_456_789,
                EndTimeUnixNano = 1_772_443_800_223_456_789,
            };
            span.Attributes.AddRange(Enumerable.Range(0, 10).Select(at => new KeyValue
            {
                Key = $"http.request.attribute.{at}",
                Value = new() { StringValue = $"value-{random.Next()}" },
            }));
            scope.Spans.Add(span.ToByteString());
        }

        var resource = new Resource
        {
            Attributes = { new KeyValue { Key = "service.name", Value = new() { StringValue = "shop" } } },
        };
        return new ExportTraceServiceRequest
        {
            ResourceSpans = { new ResourceSpans { Resource = resource.ToByteString(), ScopeSpans = { scope } } },
        }.ToByteArray();

        ByteString Some(int length)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            return ByteString.CopyFrom(bytes);
        }
    }
}
