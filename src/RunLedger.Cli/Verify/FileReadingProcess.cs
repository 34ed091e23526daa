using System.Collections;
using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using RunLedger.Cli.Errors;

namespace RunLedger.Cli.Verify;

/// <summary>The process that reads a file for <see cref="FileReading"/>, and its limits.</summary>
sealed class FileReadingProcess : IDisposable
{
    const long MostMemory = 1024L * 1024 * 1024;
    const int MostWords = 2_000;

    /// <summary>For one row group.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    static readonly string[] Kept = ["DOTNET_ROOT", "DOTNET_ROLL_FORWARD"];

    readonly Process _process;
    readonly TimeProvider _time;
    readonly StringBuilder _words = new();
    long _since;

    FileReadingProcess(Process process, TimeProvider time)
    {
        (_process, _time, _since) = (process, time, time.GetTimestamp());
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_words)
            {
                if (line.Data is { } words && _words.Length < MostWords)
                    _words.Append(words).Append(' ');
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>This program: as it was started, or, where it is part of another, on the runtime of that.</summary>
    public static IReadOnlyList<string> Own
    {
        get
        {
            var own = typeof(FileReadingProcess).Assembly;
            if (Assembly.GetEntryAssembly() != own || Environment.ProcessPath is not { } path)
                return [Dotnet, own.Location];
            return Path.GetFileNameWithoutExtension(path) == "dotnet" ? [path, own.Location] : [path];
        }
    }

    /// <summary>What it writes.</summary>
    public Stream Rows => _process.StandardOutput.BaseStream;

    /// <exception cref="CliException">It cannot be started.</exception>
    public static FileReadingProcess Start(
        IReadOnlyList<string> program, IEnumerable<string> arguments, TimeProvider time)
    {
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments])
        {
            // It ends when this end of it does.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        // Nothing of this process's: its environment may hold what others must not read.
        start.Environment.Clear();
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["HOME"] = "/nonexistent";
        if (File.Exists(Dotnet))
            start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Dotnet);
        // But for which runtime it needs.
        foreach (DictionaryEntry one in Environment.GetEnvironmentVariables())
        {
            if (Array.Exists(Kept, kept => ((string)one.Key).StartsWith(kept, StringComparison.Ordinal)))
                start.Environment[(string)one.Key] = (string?)one.Value;
        }

        try
        {
            return new(Process.Start(start)!, time);
        }
        catch (Win32Exception e)
        {
            throw new CliException($"Files that were changed cannot be looked at: {program[0]}: {e.Message}");
        }
    }

    /// <summary>It begins with another row group.</summary>
    public void GoOn() => Volatile.Write(ref _since, _time.GetTimestamp());

    /// <summary>Ends it where it takes too much.</summary>
    public void Watch()
    {
        try
        {
            _process.Refresh();
            if (_time.GetElapsedTime(Volatile.Read(ref _since)) > Longest || _process.WorkingSet64 > MostMemory)
                Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }
    }

    /// <summary>Once it writes nothing any more.</summary>
    public string WhyItEnded()
    {
        _process.WaitForExit();
        lock (_words)
            return $"ended with exit code {_process.ExitCode}: {(_words.Length == 0 ? "it said nothing." : _words)}";
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    // The one this process runs on.
    static string Dotnet => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..",
        OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
