using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using RunLedger.Service.Intake;
using RunLedger.Service.Security;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>readers</c>: what the service holds in memory, and what the intake loses, while others ask for all they may and
/// take nothing of it.
/// </summary>
static class ReadersBenchmark
{
    /// <summary>Half a minute is what a reader may take nothing for.</summary>
    static readonly TimeSpan Stalls = TimeSpan.FromSeconds(40);

    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);

    static readonly Option<int> Stored =
        new("--stored") { Description = "Runs stored before, each with evidence.", DefaultValueFactory = _ => 2_000 };

    static readonly Option<int> Evidence = new("--evidence")
    {
        Description = "Bytes of evidence of each.",
        DefaultValueFactory = _ => 250_000,
    };

    static readonly Option<int> Seconds =
        new("--seconds") { Description = "How long each rate is measured.", DefaultValueFactory = _ => 30 };

    static readonly Option<int> Exports =
        new("--exports") { Description = "Exports that nobody reads.", DefaultValueFactory = _ => 100 };

    static readonly Option<int> Lists =
        new("--lists") { Description = "Lists of 500 runs at once, in a loop.", DefaultValueFactory = _ => 10 };

    static readonly Option<int> Bodies =
        new("--bodies") { Description = "Bodies sent at 300 bytes a second.", DefaultValueFactory = _ => 32 };

    static readonly Option<int> Listeners =
        new("--listeners") { Description = "Listeners of /api/live.", DefaultValueFactory = _ => 200 };

    static readonly Option<int> Rate = new("--rate")
    {
        Description = "Observations a second that are offered; 0 is as many as the ledger takes.",
        DefaultValueFactory = _ => 0,
    };

    public static Command Create()
    {
        var command = new Command(
            "readers", "The memory of the service, and its intake, beside readers who ask for all and take nothing.")
        {
            Stored, Evidence, Seconds, Exports, Lists, Bodies, Listeners, Rate,
        };
        command.SetAction((parsed, _) => Run(parsed, TimeProvider.System));
        return command;
    }

    static async Task<int> Run(ParseResult asked, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        await Store(servers, asked.GetValue(Stored), asked.GetValue(Evidence));
        var (reader, slow, sender, other) = (ApiKeys.Create(), ApiKeys.Create(), ApiKeys.Create(), ApiKeys.Create());
        await using var service = await ServiceProcess.Start(
            servers, time, (reader, "read"), (slow, "observe"), (sender, "observe"), (other, "read"));
        var seconds = TimeSpan.FromSeconds(asked.GetValue(Seconds));
        using var intake = new HttpLoad(service.Url, sender, asked.GetValue(Rate), time);
        using var others = new CancellationTokenSource();
        using var end = new CancellationTokenSource();
        var sending = intake.Send(end.Token);
        await Task.Delay(WarmUp, time);
        var before = await intake.Measure(seconds);
        var idle = service.Peak;

        var counts = new ConcurrentDictionary<string, int>();
        var work = Enumerable.Range(0, asked.GetValue(Exports)).Select(_ => Export())
            .Concat(Enumerable.Range(0, asked.GetValue(Lists)).Select(_ => List()))
            .Concat(Enumerable.Range(0, asked.GetValue(Bodies)).Select(_ => Body()))
            .Concat(Enumerable.Range(0, asked.GetValue(Listeners)).Select(_ => Listen()))
            .Select(one => Task.Run(() => one))
            .ToList();
        await Task.Delay(WarmUp, time);
        var asking = Ask();
        var during = await intake.Measure(seconds);
        var peak = service.Peak;
        await others.CancelAsync();
        await Task.WhenAll(work);
        var answers = await asking;
        await Task.Delay(WarmUp, time);
        var after = await intake.Measure(seconds);
        await end.CancelAsync();
        await sending;

        var ratio = during / ((before + after) / 2);
        var table = new Table().AddColumns("beside readers who take nothing", "");
        table.AddRow("memory at most, of the intake alone", $"{idle:N0} MB");
        table.AddRow("memory at most, of all (VmHWM)", $"{peak:N0} MB");
        table.AddRow("observations/s before, during, after", $"{before:N0}, {during:N0}, {after:N0}");
        table.AddRow("ratio to the mean of before and after", $"{ratio:N2}");
        table.AddRow("requests of the intake that were refused", $"{intake.Refused:N0}");
        if (answers.Count > 0)
        {
            table.AddRow(
                "a list of 50 for another key, ms: median, p99",
                $"{Statistics.Median(answers):N0}, {Statistics.Quantile(answers, 0.99):N0}");
        }

        foreach (var (what, count) in counts.OrderBy(one => one.Key, StringComparer.Ordinal))
            table.AddRow(what, $"{count:N0}");
        AnsiConsole.Write(table);
        return 0;

        void Count(string what, string status) => counts.AddOrUpdate($"{what} {status}", 1, (_, n) => n + 1);

        async Task Again(string what, Func<CancellationToken, Task> once)
        {
            while (!others.IsCancellationRequested)
            {
                try
                {
                    await once(others.Token);
                }
                catch (Exception e) when (e is IOException or SocketException or HttpRequestException)
                {
                    Count(what, "cut off");
                }
                catch (OperationCanceledException) when (others.IsCancellationRequested)
                {
                    return;
                }
            }
        }

        Task Export() => Again("export", async cancellationToken =>
        {
            using var client = new RawClient(service.Url, reader);
            await client.Send("GET /api/runs/export?format=ndjson", "", cancellationToken);
            var status = await client.Status(cancellationToken);
            Count("export", status);
            await Task.Delay(status == "200" ? Stalls : Moment, time, cancellationToken);
        });

        async Task List()
        {
            using var http = Client(service.Url, reader);
            await Again("list", async cancellationToken =>
            {
                using var answer = await http.GetAsync("/api/runs?limit=500", cancellationToken);
                Count("list", Text((int)answer.StatusCode));
            });
        }

        Task Body() => Again("slow body", async cancellationToken =>
        {
            using var client = new RawClient(service.Url, slow);
            await client.Send(
                "POST /api/observations",
                string.Create(CultureInfo.InvariantCulture, $"Content-Length: {IntakeLimits.MaxBodyBytes}\r\n"),
                cancellationToken);
            while (!client.HasAnswer)
            {
                await client.Write(new string(' ', 30), cancellationToken);
                await Task.Delay(Tenth, time, cancellationToken);
            }

            Count("slow body", await client.Status(cancellationToken));
        });

        async Task Listen()
        {
            using var http = Client(service.Url, reader);
            await Again("listener", async cancellationToken =>
            {
                using var answer = await http.GetAsync(
                    "/api/live", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                Count("listener", Text((int)answer.StatusCode));
                if (!answer.IsSuccessStatusCode)
                {
                    await Task.Delay(Moment, time, cancellationToken);
                    return;
                }

                using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
                while (await events.ReadLineAsync(cancellationToken) is not null)
                {
                }
            });
        }

        async Task<List<double>> Ask()
        {
            var took = new List<double>();
            using var http = Client(service.Url, other);
            await Again("another key's list", async cancellationToken =>
            {
                var start = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync("/api/runs?limit=50", cancellationToken);
                took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                Count("another key's list", Text((int)answer.StatusCode));
                await Task.Delay(Tenth, time, cancellationToken);
            });
            return took;
        }
    }

    static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    static HttpClient Client(Uri service, string key) =>
        new() { BaseAddress = service, DefaultRequestHeaders = { { "X-Api-Key", key } } };

    /// <summary>Completed runs with evidence that cannot be packed to less than half.</summary>
    static Task<object> Store(Servers servers, int runs, int bytes) => servers.Query<object>(
        $$"""
        insert into process_run_observation (process_run_id, process_candidate_code, correlation_id, status,
          source_system, evidence_ref, started_at, ended_at, created_at, last_event_at, settled_at)
        select gen_random_uuid(), 'PROC-CAND:' || n % 50, 'c' || n, 'completed', 'dot_runtime',
          jsonb_build_object('log', (select string_agg(md5(n || '/' || part), '')
            from generate_series(1, {{bytes / 32}}) part)),
          at, at, at, at, at
        from generate_series(1, {{runs}}) n cross join lateral (select now() - n * interval '5 s' as at) a;
        insert into run_status_count select 1, status, count(*) from process_run_observation group by status;
        analyze process_run_observation;
        select 1
        """);
}
