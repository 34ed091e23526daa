using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>sessions</c>: the memory of the service while so many assistants have a session each, on a connection of their
/// own that stays open, and what they are answered.
/// </summary>
static class SessionsBenchmark
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    static readonly Option<int> Sessions =
        new("--sessions") { Description = "Sessions at once.", DefaultValueFactory = _ => 10_000 };

    public static Command Create()
    {
        var command = new Command("sessions", "The service's memory beside sessions of assistants that stay open.")
        {
            Sessions,
        };
        command.SetAction((parsed, _) => Run(parsed.GetValue(Sessions), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int count, TimeProvider time)
    {
        var file = Path.Combine(Path.GetTempPath(), $"run-ledger-sessions-{Environment.ProcessId}.db");
        try
        {
            await using var service = await ServiceProcess.Start(
                "", file, new Dictionary<string, string> { ["Assistants__CallsPerMinute"] = "100000" }, time);
            await using (var first = new Session(service.Url, time, new()))
                await first.Talk();
            var (idle, clock) = (service.Peak, Stopwatch.StartNew());
            var answers = new ConcurrentDictionary<string, int>();
            var sessions = Enumerable.Range(0, count).Select(_ => new Session(service.Url, time, answers)).ToList();
            await Task.WhenAll(sessions.Select(session => session.Open())).WaitAsync(Limit);
            var opened = clock.Elapsed;
            await Task.WhenAll(sessions.Select(session => session.Talk())).WaitAsync(Limit);
            var (talked, peak) = (clock.Elapsed, service.Peak);
            foreach (var session in sessions)
                await session.DisposeAsync();

            var table = new Table().AddColumns(
                string.Create(CultureInfo.InvariantCulture, $"{count:N0} sessions at once"), "");
            table.AddRow("MB at most before, and with them", $"{idle:N0}, {peak:N0}");
            table.AddRow("seconds until all were open, and until all had asked", $"{opened.TotalSeconds:N1}, "
                + $"{talked.TotalSeconds:N1}");
            table.AddRow("answers", string.Join(", ", answers.OrderBy(one => one.Key).Select(
                one => string.Create(CultureInfo.InvariantCulture, $"{one.Key}: {one.Value:N0}"))));
            AnsiConsole.Write(table);
            return 0;
        }
        finally
        {
            foreach (var one in (string[])["", "-wal", "-shm"])
                File.Delete(file + one);
        }
    }

    /// <summary>One client, as the protocol has it; who is told to come back comes back.</summary>
    sealed class Session(Uri service, TimeProvider time, ConcurrentDictionary<string, int> answers) : IAsyncDisposable
    {
        readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 })
        {
            BaseAddress = service,
            Timeout = Limit,
        };

        public async Task Open()
        {
            await Ask("initialize", new()
            {
                ["protocolVersion"] = "2025-06-18",
                ["capabilities"] = new JsonObject(),
                ["clientInfo"] = new JsonObject { ["name"] = "bench", ["version"] = "1" },
            });
            await Ask("notifications/initialized", null);
        }

        public async Task Talk()
        {
            await Ask("tools/list", null);
            await Ask("tools/call", new() { ["name"] = "what_is_wrong_now", ["arguments"] = new JsonObject() });
        }

        public ValueTask DisposeAsync()
        {
            _http.Dispose();
            return ValueTask.CompletedTask;
        }

        async Task Ask(string method, JsonObject? parameters)
        {
            var body = new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method };
            if (parameters is not null)
                body["params"] = parameters;
            if (!method.StartsWith("notifications/", StringComparison.Ordinal))
                body["id"] = 1;
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
                request.Content = JsonContent.Create(body);
                request.Headers.Accept.ParseAdd("application/json");
                request.Headers.Accept.ParseAdd("text/event-stream");
                using var answer = await _http.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                var said = answer.IsSuccessStatusCode && text.Contains("\"error\":{\"code\"", StringComparison.Ordinal)
                    ? $"{method} error"
                    : string.Create(CultureInfo.InvariantCulture, $"{method} {(int)answer.StatusCode}");
                answers.AddOrUpdate(said, 1, (_, before) => before + 1);
                if (answer.StatusCode != HttpStatusCode.TooManyRequests)
                    return;
                await Task.Delay(answer.Headers.RetryAfter?.Delta ?? Pause, time);
            }
        }
    }
}
