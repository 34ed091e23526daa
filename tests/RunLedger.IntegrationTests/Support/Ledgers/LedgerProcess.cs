using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>The service as it is deployed: a process of its own, which can be killed.</summary>
sealed class LedgerProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly StringBuilder _output = new();
    readonly HttpClient _http;

    LedgerProcess(ProcessStartInfo start, Uri url)
    {
        _http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Url => _http.BaseAddress!;

    /// <summary>The end of what it printed, to be shown.</summary>
    public string Output => Everything is var all && all.Length > 6_000 ? all[^6_000..] : all;

    /// <summary>All that it printed.</summary>
    public string Everything
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Running, and consuming where <paramref name="ready"/>.</summary>
    public static Task<LedgerProcess> Start(
        string postgres, Uri broker, Dictionary<string, string>? settings = null, bool ready = true) =>
        Start(postgres, broker.ToString(), settings ?? [], ready);

    /// <summary>Running without any server, on this file.</summary>
    public static Task<LedgerProcess> StartEmbedded(string file) =>
        Start("", "", new() { ["RunLedger__SqliteFile"] = file }, ready: true);

    static async Task<LedgerProcess> Start(
        string postgres, string broker, Dictionary<string, string> settings, bool ready)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [ProgramRun.Service])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["ConnectionStrings__Postgres"] = postgres;
        start.Environment["ConnectionStrings__RabbitMq"] = broker;
        start.Environment["ASPNETCORE_URLS"] = url.ToString();
        // What a debugger would reach it by, it leaves behind where it is killed.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        // It is there for the tests; a service that asks it is a test's own matter.
        start.Environment.Remove("RabbitMq__Management");
        // Messages of the past would be stuck at once; a test of that says so.
        start.Environment["RunLedger__Deadlines__SweepEvery"] = "3650.00:00:00";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;

        var ledger = new LedgerProcess(start, url);
        try
        {
            if (ready)
                await Eventually.Async(ledger.NotReady, StartLimit, () => ledger.Output);
            return ledger;
        }
        catch
        {
            await ledger.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the service answers, with <c>Retry-After</c> where it says when to come back.</summary>
    public async Task<(int Status, string? RetryAfter, string Body)> Post(string route, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(route, content);
        return (
            (int)answer.StatusCode, answer.Headers.RetryAfter?.ToString(), await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The whole answer, with headers of the request as they are given.</summary>
    public async Task<HttpResponseMessage> Ask(string route, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, route);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await _http.SendAsync(request);
    }

    public async Task<(int Status, string Body)> Get(string route)
    {
        using var answer = await _http.GetAsync(route);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>SIGKILL.</summary>
    public async Task Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: it stands still, and its connections stay.</summary>
    public Task Freeze() => Shell.Run("kill", "-STOP", $"{_process.Id}");

    /// <summary>SIGCONT.</summary>
    public Task Thaw() => Shell.Run("kill", "-CONT", $"{_process.Id}");

    /// <summary>SIGTERM; the exit code, and how long it took to go.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> Stop()
    {
        var clock = Stopwatch.StartNew();
        await Shell.Run("kill", "-TERM", $"{_process.Id}");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The ledger did not go within 60 s of SIGTERM.\n{Output}");
        }

        return (_process.ExitCode, clock.Elapsed);
    }

    public Task StopIfRunning() => _process.HasExited ? Task.CompletedTask : Stop();

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process.Dispose();
        _http.Dispose();
    }

    async Task<string?> NotReady()
    {
        if (_process.HasExited)
            Assert.Fail($"The ledger ended with exit code {_process.ExitCode}.\n{Output}");
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            using var answer = await _http.GetAsync("/health/ready", limit.Token);
            return answer.IsSuccessStatusCode ? null : $"/health/ready answers {(int)answer.StatusCode}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return e.Message;
        }
    }

    void Keep(object _, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.AppendLine(line.Data);
    }
}
