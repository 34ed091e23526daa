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
        await using var service = LedgerHost.Build([
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Postgres={servers.Postgres}",
            $"--ConnectionStrings:RabbitMq={servers.Rabbit}",
            $"--RunLedger:QueueName={servers.Queue("pages")}",
            "--Logging:LogLevel:Default=Error",
        ]);
        await service.StartAsync(cancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(service.Urls.First()) };

        var labels = await Addresses(http, servers, stored, cancellationToken);
        var addresses = labels.Keys.ToList();
        var times = addresses.ToDictionary(address => address, _ => new List<double>());
        var sizes = new Dictionary<string, int>();
        for (var round = -1; round < rounds; round++)
        {
            foreach (var address in addresses)
            {
                var start = Stopwatch.GetTimestamp();
                sizes[address] =
                    (await http.GetByteArrayAsync(new Uri(address, UriKind.Relative), cancellationToken)).Length;
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
        HttpClient http, Servers servers, int stored, CancellationToken cancellationToken)
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
            "/failures", "/failures?days=30", "/candidates", "/candidates?limit=50", "/api/candidates",
            "/candidates/PROC-CAND:7", "/candidates/PROC-CAND:7?days=90", "/api/candidates/PROC-CAND:7",
            "/candidates/PROC-CAND:8", "/candidates/PROC-CAND:8?days=1",
            "/grid?candidate=PROC-CAND:7&runs=100", "/runs?version=1.3&candidate=PROC-CAND:8", "/rejected",
            "/incidents", "/expected", "/settings",
        ]).ToDictionary(address => address);
        foreach (var address in (string[])["/runs/", "/runs?q=", "/runs?parentRunId="])
            addresses.Add($"{address}{run}", $"{address}{{id}}");
        addresses.Add($"/runs/{run}/changes", "/runs/{id}/changes");
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
