using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RunLedger.Service.Security;

namespace RunLedger.Benchmarks;

/// <summary>The service as its users run it, with keys, on the database alone.</summary>
sealed class ServiceProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);

    readonly Process _process;

    ServiceProcess(ProcessStartInfo start, Uri url)
    {
        Url = url;
        _process = Process.Start(start)!;
    }

    public Uri Url { get; }

    /// <summary>The most memory it ever held, in MB: VmHWM.</summary>
    public double Peak
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / 1024.0 / 1024.0;
        }
    }

    /// <summary>The CPU time that it has taken so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <exception cref="BenchException">It does not answer.</exception>
    public static Task<ServiceProcess> Start(
        Servers servers, TimeProvider time, params (string Key, string Scope)[] keys) =>
        Start(servers.Postgres, "", time, keys);

    /// <param name="postgres">Its database; empty for the embedded ledger.</param>
    /// <param name="file">The embedded ledger's file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="keys">Those that may ask it.</param>
    /// <exception cref="BenchException">It does not answer.</exception>
    public static Task<ServiceProcess> Start(
        string postgres, string file, TimeProvider time, params (string Key, string Scope)[] keys) =>
        Start(postgres, file, new Dictionary<string, string>(), time, keys);

    /// <param name="postgres">Its database; empty for the embedded ledger.</param>
    /// <param name="file">The embedded ledger's file.</param>
    /// <param name="settings">What is set besides, by the names of environment variables.</param>
    /// <param name="time">The clock.</param>
    /// <param name="keys">Those that may ask it; none is anybody.</param>
    /// <exception cref="BenchException">It does not answer.</exception>
    public static async Task<ServiceProcess> Start(
        string postgres,
        string file,
        IReadOnlyDictionary<string, string> settings,
        TimeProvider time,
        params (string Key, string Scope)[] keys)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RunLedger.Service.dll")])
        {
            Environment =
            {
                ["ASPNETCORE_URLS"] = $"{url}",
                ["ConnectionStrings__Postgres"] = postgres,
                ["ConnectionStrings__RabbitMq"] = "",
                ["Logging__LogLevel__Default"] = "Error",
            },
        };
        if (file.Length > 0)
            start.Environment["RunLedger__SqliteFile"] = file;
        for (var n = 0; n < keys.Length; n++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"Security__Keys__{n}__");
            start.Environment[$"{key}Name"] = $"bench-{n}";
            start.Environment[$"{key}Hash"] = ApiKeys.Hash(keys[n].Key);
            start.Environment[$"{key}Scopes__0"] = keys[n].Scope;
        }

        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var service = new ServiceProcess(start, url);
        using var http = new HttpClient { BaseAddress = url };
        for (var clock = Stopwatch.StartNew(); !await IsReady(http);)
        {
            if (service._process.HasExited || clock.Elapsed > StartLimit)
            {
                await service.DisposeAsync();
                throw new BenchException("The service does not answer.");
            }

            await Task.Delay(Often, time);
        }

        return service;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    static async Task<bool> IsReady(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
