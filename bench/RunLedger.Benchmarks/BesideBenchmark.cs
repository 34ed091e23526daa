using System.CommandLine;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>beside</c>: the rate of two services in turn, one with what is built beside ingestion and one without.
/// </summary>
static class BesideBenchmark
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Nothing that looks at runs beside ingestion looks while it is measured.</summary>
    static readonly Dictionary<string, string> Off = new()
    {
        ["RunLedger__Unlike__LookEvery"] = "365.00:00:00",
        ["RunLedger__Expected__JudgeEvery"] = "365.00:00:00",
        ["Incidents__LookEvery"] = "1.00:00:00",
    };

    static readonly Option<int> Messages =
        new("--messages") { Description = "Messages of a drain.", DefaultValueFactory = _ => 240_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Drains of each, in turn.", DefaultValueFactory = _ => 3 };
    static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting of the one with, as NAME=VALUE of an environment variable; several times. Without: "
            + "everything that tells and judges is on, with 16 rules, 200 expectations, a receiver and a heartbeat.",
        DefaultValueFactory = _ => [],
    };

    public static Command Create()
    {
        var command = new Command("beside", "The rate with what is built beside ingestion, as a ratio to without.")
        {
            Messages, Rounds, Set,
        };
        command.SetAction((parsed, _) => Run(
            parsed.GetValue(Messages) / ReferenceWorkload.MessagesPerRun,
            parsed.GetValue(Rounds),
            parsed.GetValue(Set)!.Select(one => one.Split('=', 2)).ToDictionary(one => one[0], one => one[^1]),
            TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int runs, int rounds, Dictionary<string, string> settings, TimeProvider time)
    {
        await using var with = await Servers.Find(kept: false);
        await using var without = await Servers.Find(kept: false);
        using var receiver = new Receiver();
        var off = settings.Count > 0 ? [] : Off;
        if (settings.Count == 0)
        {
            settings = new()
            {
                ["Outward__AllowedNetworks__0"] = "127.0.0.0/8",
                ["Heartbeat__Address"] = $"{receiver.Url}beat",
                ["Heartbeat__Every"] = "00:00:01",
            };
            await Expect(with, receiver, settings, time);
        }

        var (rates, others) = (new List<double>(), new List<double>());
        // The first of each is not counted.
        for (var round = -1; round < rounds; round++)
        {
            var (one, other) = round % 2 == 0
                ? (await Drain(with, settings, runs, time), await Drain(without, off, runs, time))
                : Swap(await Drain(without, off, runs, time), await Drain(with, settings, runs, time));
            if (round >= 0)
                (rates, others) = ([.. rates, one], [.. others, other]);
        }

        var table = new Table().AddColumns($"of {runs * ReferenceWorkload.MessagesPerRun:N0} messages", "messages/s");
        table.AddRow("without", Text(others));
        table.AddRow("with", Text(rates));
        table.AddRow("ratio, median of the rounds", $"{Statistics.Median([.. rates.Zip(others, (a, b) => a / b)]):N3}");
        table.AddRow("calls of the receiver", $"{receiver.Calls:N0}");
        AnsiConsole.Write(table);
        return 0;

        static (double, double) Swap(double first, double second) => (second, first);
        static string Text(List<double> all) =>
            $"{Statistics.Median(all):N0} ({string.Join(", ", all.Select(one => $"{one:N0}"))})";
    }

    /// <summary>From a tenth of the runs on: neither the start of a process nor its first commits count.</summary>
    static async Task<double> Drain(
        Servers servers, Dictionary<string, string> settings, int runs, TimeProvider time)
    {
        var queue = servers.Queue($"beside-{Guid.CreateVersion7():N}");
        using (var topology = BenchmarkHost.Ledger(servers, queue, new ConsumeTimer()))
        {
            await topology.StartAsync();
            await topology.StopAsync();
        }

        await servers.Clear();
        await QueuePreload.Fill(servers, queue, ReferenceWorkload.Messages(runs, time.GetUtcNow()));
        await using var service = await ServiceProcess.Start(
            servers.Postgres,
            "",
            new Dictionary<string, string>(settings)
            {
                ["ConnectionStrings__RabbitMq"] = $"{servers.Rabbit}",
                ["RunLedger__QueueName"] = queue,
            },
            time);
        var first = await Completed(runs / 10);
        var start = Stopwatch.GetTimestamp();
        await Completed(runs);
        return (runs - first) * ReferenceWorkload.MessagesPerRun / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task<long> Completed(int expected)
        {
            var clock = Stopwatch.StartNew();
            long done;
            while ((done = await servers.Query<long>(
                "select coalesce(sum(runs), 0)::bigint from run_status_count where status = 'completed'")) < expected)
            {
                if (clock.Elapsed > Limit)
                    throw new BenchException($"{done:N0} of {runs:N0} runs were complete after {clock.Elapsed}.");
                await Task.Delay(Pause, time);
            }

            return done;
        }
    }

    /// <summary>By the same requests as a person's.</summary>
    static async Task Expect(
        Servers servers, Receiver receiver, Dictionary<string, string> settings, TimeProvider time)
    {
        await using var service = await ServiceProcess.Start(servers.Postgres, "", settings, time);
        using var http = new HttpClient { BaseAddress = service.Url };
        await Put("channels/bench", new { kind = "webhook", address = $"{receiver.Url}told" });
        string[] conditions = ["failed", "in_a_row", "rate", "stuck", "orphan", "missed", "slow"];
        var rules = conditions.SelectMany(one => (string[])["*", "PROC-CAND:*"], (one, pattern) => (one, pattern));
        foreach (var (condition, pattern) in rules)
        {
            await Put($"rules/bench-{condition}-{pattern.Length}", new Dictionary<string, object?>
            {
                ["condition"] = condition,
                ["candidate"] = pattern,
                ["channels"] = (string[])["bench"],
                ["runs"] = condition is "in_a_row" or "rate" ? 20 : null,
                ["percent"] = condition is "rate" ? 50 : null,
                ["hold"] = "00:00:00",
            });
        }

        await Put("rules/bench-rejected", new { condition = "rejected", channels = (string[])["bench"] });
        await Put("rules/bench-behind", new { condition = "behind", channels = (string[])["bench"] });

        for (var n = 0; n < 200; n++)
        {
            await Put($"expectations/bench-{n}", new
            {
                candidate = n == 0 ? ReferenceWorkload.Candidate : $"PROC-CAND:other:{n}",
                cron = "* * * * *",
                zone = "Etc/UTC",
                grace = "00:00:30",
            });
        }

        async Task Put(string path, object body)
        {
            using var answer = await http.PutAsJsonAsync($"/api/{path}", body);
            if (!answer.IsSuccessStatusCode)
                throw new BenchException($"{path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Answers 200 to whatever is sent.</summary>
    sealed class Receiver : IDisposable
    {
        readonly System.Net.HttpListener _listener = new();
        int _calls;

        public Receiver()
        {
            using (var probe = new TcpListener(System.Net.IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = new Uri($"http://127.0.0.1:{((System.Net.IPEndPoint)probe.LocalEndpoint).Port}/");
            }

            _listener.Prefixes.Add($"{Url}");
            _listener.Start();
            _ = Answer();
        }

        public Uri Url { get; }

        public int Calls => _calls;

        public void Dispose() => ((IDisposable)_listener).Dispose();

        async Task Answer()
        {
            try
            {
                while (true)
                {
                    var call = await _listener.GetContextAsync();
                    Interlocked.Increment(ref _calls);
                    call.Response.Close();
                }
            }
            catch (Exception e) when (e is System.Net.HttpListenerException or ObjectDisposedException)
            {
                // It is over.
            }
        }
    }
}
