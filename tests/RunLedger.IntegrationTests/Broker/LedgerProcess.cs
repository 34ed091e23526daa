using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>The real service as a process of its own, which can be killed.</summary>
sealed class LedgerProcess : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    readonly Process _process;
    readonly StringBuilder _output = new();

    LedgerProcess(Process process, Uri url)
    {
        _process = process;
        Url = url;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public Uri Url { get; }

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts the service and, where told, waits until it is ready.</summary>
    public static async Task<LedgerProcess> Start(string postgres, Uri rabbit, bool ready = true)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RunLedger.Service.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__Postgres"] = postgres;
        start.Environment["ConnectionStrings__RabbitMq"] = rabbit.AbsoluteUri;
        start.Environment["ASPNETCORE_URLS"] = url.AbsoluteUri;
        var ledger = new LedgerProcess(Process.Start(start)!, url);
        ledger._process.BeginOutputReadLine();
        ledger._process.BeginErrorReadLine();
        if (ready)
            await Eventually.Equal(true, ledger.IsReady, Limit, () => ledger.Output);
        return ledger;
    }

    /// <summary>SIGKILL: no chance to finish anything.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> Stop(TimeSpan limit)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await Kill();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    async Task<bool> IsReady()
    {
        if (_process.HasExited)
            Assert.Fail($"The service ended with {_process.ExitCode}:\n{Output}");
        using var client = new HttpClient();
        try
        {
            using var response = await client.GetAsync(new Uri(Url, "/health/ready"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
