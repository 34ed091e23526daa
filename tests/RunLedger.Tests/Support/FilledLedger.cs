using System.Diagnostics;
using System.Net.Http.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Deadlines;
using RunLedger.Testing;

namespace RunLedger.Tests.Support;

/// <summary>A ledger with one of everything that a page shows, its ids and its clock fixed.</summary>
public sealed class FilledLedger : IAsyncLifetime
{
    static readonly string[] Ops = ["ops"];
    static readonly string[] Days = ["mon", "tue"];
    static readonly object[] Windows = [new { days = Days, from = "08:00", to = "18:00" }];

    readonly FakeTimeProvider _time = new(Some.Noon);
    EmbeddedLedger _ledger = null!;

    public HttpClient Client => _ledger.Client;

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start(_time, "--Page:TraceUrl", "https://traces/{traceId}");
        // What the host does once as it starts; until its clock has moved by a second it does no more.
        await Until("select count(*) from ledger_replica", "1");
        await Until("select count(*) from scheduled_message", "4");
        await Runs();
        await Rejected();
        var bus = _ledger.Services.GetRequiredService<IBus>();
        await (await bus.GetSendEndpoint(new Uri("exchange:run-ledger-control"))).Send(new SweepDeadlines());
        await Until("select status from process_run_observation where correlation_id = 'waits'", "stuck");
        await Told();
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    async Task Runs()
    {
        var trace = new { traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", rows = 12 };
        var (load, check) = (("dotCode", "dot_kg_load"), ("dotCode", "dot_kg_check"));
        var error = ("errorRef", "row 7: <no key> & no name");
        await Observe("RunStarted", 1, "kg", -20, ("inputRef", "s3://lake/kg"), ("evidenceRef", trace));
        await Observe("StepStarted", 1, "kg", -19, Component(11), load, ("componentRole", "producer"));
        await Observe("StepCompleted", 1, "kg", -16, Component(11));
        await Observe("StepStarted", 1, "kg", -15, Component(12), check, ("componentRole", "verifier"));
        await Observe("StepFailed", 1, "kg", -14, Component(12), error);
        await Observe("RunFailed", 1, "kg", -14, error);
        await Observe("RunStarted", 2, "kg", -12, ("parentRunId", Id(1)), ("idempotencyKey", "kg/2"));
        await Observe("StepStarted", 2, "kg", -11, Component(21), load);
        await Observe("StepCompleted", 2, "kg", -10, Component(21));
        await Observe("RunCompleted", 2, "kg", -9, ("outputRef", "s3://lake/kg/out"));
        await Observe("RunStarted", 3, "waits", -120, ("parentRunId", Id(9)));
        await Observe("StepStarted", 3, "waits", -119, Component(31), ("eventCode", "kg.source.ready"));
        await Observe("RunStarted", 4, "runs", -1);
        await Observe("RunStarted", 5, "ends", -3);
        await Observe("RunCancelled", 5, "ends", -4);
        await Observe("RunObserved", 6, "heard", -2);
    }

    async Task Told()
    {
        using var channel = await Client.PutAsJsonAsync(
            "/api/channels/ops", new { kind = "webhook", address = "http://hooks.example.com/s3cret" });
        channel.EnsureSuccessStatusCode();
        using var rule = await Client.PutAsJsonAsync("/api/rules/night", new
        {
            condition = "rate",
            runs = 20,
            percent = 25,
            candidate = "PROC-CAND:<none>",
            channels = Ops,
            hours = new
            {
                zone = "Europe/Berlin",
                windows = Windows,
            },
        });
        rule.EnsureSuccessStatusCode();
    }

    async Task Rejected()
    {
        await Send(new { type = "RunStarted", processRunId = "asleep", processCandidateCode = "P" });
        await Send(new { type = "RunStarted", processRunId = "awake", processCandidateCode = "P" });
        await Send(new { type = "RunNapped", processRunId = Id(7) });
    }

    Task Observe(string type, int run, string what, int minutes, params (string Name, object Value)[] more) =>
        Send(new Dictionary<string, object>(more.ToDictionary(one => one.Name, one => one.Value))
        {
            ["type"] = type,
            ["processRunId"] = Id(run),
            ["processCandidateCode"] = $"PROC-CAND:dot:{what}",
            ["correlationId"] = what,
            ["sourceSystem"] = "dot_runtime",
            ["occurredAt"] = Some.Noon.AddMinutes(minutes),
        });

    async Task Send(object message)
    {
        // One after the other, for the order of what is shown newest first.
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using var answer = await Client.PostAsJsonAsync("/api/observations", message);
    }

    static (string, object) Component(int number) => ("componentRunId", Id(number));

    static string Id(int number) => $"01900000-0000-7000-8000-{number:d12}";

    async Task Until(string sql, string value)
    {
        var clock = Stopwatch.StartNew();
        while (_ledger.List(sql) is not [var found] || found != value)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{sql}: not {value}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
