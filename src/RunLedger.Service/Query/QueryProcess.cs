using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace RunLedger.Service.Query;

/// <summary>The process of one statement, from its start to its end, which is also the statement's.</summary>
sealed class QueryProcess : IDisposable
{
    const int Megabyte = 1024 * 1024;

    /// <summary>What the runtime and the library take before a statement does anything.</summary>
    public const int OwnMegabytes = 192;

    static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    readonly Process _process;
    readonly BinaryWriter _to;
    readonly BinaryReader _from;

    QueryProcess(Process process)
    {
        _process = process;
        _to = new BinaryWriter(new BufferedStream(process.StandardInput.BaseStream, 64 * 1024), Encoding.UTF8);
        _from = new BinaryReader(process.StandardOutput.BaseStream, Encoding.UTF8);
    }

    /// <summary>Where rows go.</summary>
    public BinaryWriter Rows => _to;

    /// <summary>Whether it was ended because it took more memory than it may.</summary>
    public bool TookTooMuch { get; private set; }

    public static QueryProcess Start()
    {
        var start = new ProcessStartInfo(Dotnet)
        {
            ArgumentList = { typeof(QueryProcess).Assembly.Location, QueryCommand.Name },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        // Nothing of this process's: its environment holds connections and keys.
        start.Environment.Clear();
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["HOME"] = "/nonexistent";
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended, which is noticed where it is read from.
        }

        return new(process);
    }

    public QueryNeeds Ask(QueryOrder order)
    {
        _to.Write(JsonSerializer.Serialize(order, QueryJson.Default.QueryOrder));
        _to.Flush();
        return JsonSerializer.Deserialize(_from.ReadString(), QueryJson.Default.QueryNeeds)!;
    }

    public void Send(QueryFiles files) => _to.Write(JsonSerializer.Serialize(files, QueryJson.Default.QueryFiles));

    /// <exception cref="JsonException">It ended before it had answered.</exception>
    public QueryAnswer Answer() => JsonSerializer.Deserialize(_from.BaseStream, QueryJson.Default.QueryAnswer)!;

    /// <summary>Looks at its memory until it ends, and ends it where that is too much.</summary>
    /// <param name="most">In MB.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    public async Task Watch(int most, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LooksEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            _process.Refresh();
            if (_process.HasExited)
                return;
            if (_process.WorkingSet64 / Megabyte <= most)
                continue;
            TookTooMuch = true;
            End();
            return;
        }
    }

    public void End()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended.
        }
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }

    // The one this process runs on: it may have been started by a host of its own.
    static string Dotnet => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..",
        OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
