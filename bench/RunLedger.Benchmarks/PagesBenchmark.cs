using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using RunLedger.Service.Host;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>pages</c>: how long the service takes for each of its pages, and for lists at any depth, with many runs stored.
/// </summary>
static class PagesBenchmark
{
    /// <summary>
    /// Answers of one address are kept, by the overview for two seconds; so each is asked once a round.
    /// </summary>
    static readonly TimeSpan Round = TimeSpan.FromSeconds(2.1);

    static readonly Option<int> Runs = new("--stored")
    {
        Description = "Runs stored before.",
        DefaultValueFactory = _ => 1_000_000,
    };

    static readonly Option<int> Components =
        new("--components") { Description = "Components of each run.", DefaultValueFactory = _ => 5 };

    static readonly Option<int> Candidates = new("--candidates")
    {
        Description = "Of how many candidates they are.",
        DefaultValueFactory = _ => 200,
    };

    static readonly Option<int> Rounds =
        new("--rounds") { Description = "How often each address is asked.", DefaultValueFactory = _ => 20 };

    public static Command Create()
    {
        var command = new Command(
            "pages", "Milliseconds that the service takes for each page, and for lists at any depth.")
        {
            Runs,
            Components,
            Candidates,
            Rounds,
        };
        command.SetAction((parsed, cancellationToken) =>
            Run(
                parsed.GetValue(Runs),
                parsed.GetValue(Components),
                parsed.GetValue(Candidates),
                parsed.GetValue(Rounds),
                TimeProvider.System,
                cancellationToken));
        return command;
    }

    static async Task<int> Run(
        int stored,
        int components,
        int candidates,
        int rounds,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        await using var servers = await Servers.Find();
        await StoredRuns.Runs(servers, stored, components, candidates, versions: Math.Max(1, stored / 20));
        await StoredJudgements.Fill(servers);
        // What is stored stays as it is.
        await using var service = LedgerHost.Build([
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Postgres={servers.Postgres}",
            $"--ConnectionStrings:RabbitMq={servers.Rabbit}",
            $"--RunLedger:QueueName={servers.Queue("pages")}",
            "--Logging:LogLevel:Default=Error",
            .. BesideSettings.Off.Select(
                off => $"--{off.Key.Replace("__", ":", StringComparison.Ordinal)}={off.Value}"),
        ]);
        await service.StartAsync(cancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(service.Urls.First()) };

        var labels = await Addresses(http, servers, stored, time, cancellationToken);
        var addresses = labels.Keys.ToList();
        var times = addresses.ToDictionary(address => address, _ => new List<double>());
        var sizes = new Dictionary<string, int>();
        for (var round = -1; round < rounds; round++)
        {
            foreach (var address in addresses)
            {
                var start = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync(new Uri(address, UriKind.Relative), cancellationToken);
                sizes[address] = (await answer.Content.ReadAsByteArrayAsync(cancellationToken)).Length;
                if (!answer.IsSuccessStatusCode)
                    throw new BenchException($"{address} is answered with {(int)answer.StatusCode}.");
                if (round >= 0)
                    times[address].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            await Task.Delay(Round, time, cancellationToken);
        }

        await service.StopAsync(cancellationToken);
        var table = new Table().AddColumns($"of {stored:N0} runs", "median ms", "most ms", "KB");
        foreach (var address in addresses)
            table.AddRow(
                Markup.Escape(labels[address]),
                $"{Statistics.Median(times[address]):N1}",
                $"{times[address].Max():N1}",
                $"{sizes[address] / 1024.0:N0}");
        AnsiConsole.Write(table);
        return 0;
    }

    /// <summary>With what is said of each: cursors and ids say nothing.</summary>
    static async Task<Dictionary<string, string>> Addresses(
        HttpClient http, Servers servers, int stored, TimeProvider time, CancellationToken cancellationToken)
    {
        var run = await servers.Query<Guid>(
            "select process_run_id from process_run_observation where status = 'failed' "
            + $"order by created_at desc offset {stored / 200} limit 1");
        var addresses = ((string[])
        [
            "/", "/runs", "/runs?status=failed", "/runs?status=completed", "/runs?candidate=PROC-CAND:7",
            "/runs?candidate=PROC-CAND:8&status=failed", "/runs?candidate=none", "/runs?source=job_queue",
            "/runs?source=workflow_engine", "/runs?status=failed&source=workflow_engine", "/runs?correlationId=c77",
            "/runs?since=2020-01-01&until=2020-02-01", "/runs?q=c77", "/runs?q=timed+out", "/runs?q=matches+nothing",
            "/runs?archived=true", "/runs?unlike=slow", "/runs?unlike=suspicious",
            "/failures", "/failures?days=30", "/api/failures", "/candidates", "/candidates?limit=50",
            "/candidates?archived=true", "/candidates?pattern=CAND:19", "/api/candidates", "/api/candidates?limit=50",
            "/candidates/PROC-CAND:7", "/candidates/PROC-CAND:7?days=90", "/api/candidates/PROC-CAND:7",
            "/candidates/PROC-CAND:8", "/candidates/PROC-CAND:8?days=1", "/candidates/PROC-CAND:8?archived=true",
            "/grid?candidate=PROC-CAND:7&runs=100", "/api/grid?candidate=PROC-CAND:7&runs=100",
            "/runs?version=1.3&candidate=PROC-CAND:8", "/rejected", "/api/rejected", "/api/rejected/groups",
            "/incidents", "/api/incidents", "/api/incidents?state=lasting", "/api/rules", "/api/channels",
            "/expected", $"/expected?name={StoredJudgements.Expectation}", "/expected?propose=PROC-CAND:8",
            "/api/expectations", $"/api/expectations/{StoredJudgements.Expectation}/slots",
            "/settings", "/query", "/api/overview", "/api/summary", "/api/activity", "/api/actions", "/api/policies",
            "/api/retention/preview",
        ]).ToDictionary(address => address);
        addresses.Add(
            $"/api/failures?since={time.GetUtcNow().AddDays(-30):yyyy-MM-dd}", "/api/failures?since={30 days ago}");
        foreach (var address in (string[])["/runs/", "/runs?q=", "/runs?parentRunId=", "/api/runs/"])
            addresses.Add($"{address}{run}", $"{address}{{id}}");
        foreach (var part in (string[])["components", "tree"])
            addresses.Add($"/api/runs/{run}/{part}", $"/api/runs/{{id}}/{part}");
        // Of a candidate without a good run, and of one with many.
        addresses.Add($"/runs/{run}/changes", "/runs/{id}/changes, without a good run before it");
        var good = await servers.Query<Guid>(
            "select process_run_id from process_run_observation where process_candidate_code = 'PROC-CAND:8' "
            + "and status = 'completed' order by created_at desc limit 1");
        foreach (var changes in (string[])["/runs/", "/api/runs/"])
            addresses.Add($"{changes}{good}/changes", $"{changes}{{id}}/changes");
        // By the links a reader would follow, to the end.
        string? cursor = null;
        for (int read = 0, next = 0; ; read += 200)
        {
            var at = cursor is null ? "" : $"&cursor={cursor}";
            var page = await http.GetStringAsync(
                new Uri($"/api/runs?limit=200{at}", UriKind.Relative), cancellationToken);
            using var answer = JsonDocument.Parse(page);
            var link = answer.RootElement.GetProperty("nextCursor").GetString();
            if (read >= next || link is null)
            {
                foreach (var list in (string[])["/api/runs?limit=50", "/runs?limit=50"])
                    addresses.Add($"{list}{at}", $"{list}, behind {read:N0}");
                next = read + stored / 4;
            }

            if (link is null)
                return addresses;
            cursor = Uri.EscapeDataString(link);
        }
    }
}
