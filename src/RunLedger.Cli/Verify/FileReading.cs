using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using RunLedger.Cli.Errors;
using RunLedger.Sealing;
using RunLedger.Verifying;

namespace RunLedger.Cli.Verify;

/// <summary>
/// Reads the rows of files that somebody may have changed, in a process of its own: it may end over them, take all
/// memory or all time, and what it read by then counts.
/// </summary>
/// <param name="time">Ends one that does not come back.</param>
sealed class FileReading(TimeProvider time)
{
    /// <summary>The verb of that process, which is no user's.</summary>
    public const string Verb = "rows-of-a-file";

    const long MostMemory = 1024L * 1024 * 1024;

    static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>The rows of a file, as far as it can be read.</summary>
    public List<FileRow> Of(string path, LeafKind kind)
    {
        var rows = new List<FileRow>();
        // Where it ended over a row group, another begins with the next.
        for (var first = 0; first >= 0;)
            first = Read(path, kind, first, rows);
        return rows;
    }

    // With which row group to go on; -1 where there is nothing more to read.
    int Read(string path, LeafKind kind, int first, List<FileRow> rows)
    {
        using var process = Start(path, kind, first);
        using var watch = time.CreateTimer(
            begun => Watch(process, time.GetElapsedTime((long)begun!)), time.GetTimestamp(), LooksEvery, LooksEvery);
        var next = -1;
        while (FileDigests.Read(process.StandardOutput.BaseStream) is { } row)
        {
            if (row.Group == FileDigests.End)
                return -1;
            if (row.Group < 0)
                next = ~row.Group + 1;
            else
                rows.Add(row);
        }

        return next;
    }

    static Process Start(string path, LeafKind kind, int first)
    {
        var start = new ProcessStartInfo(Dotnet)
        {
            ArgumentList =
            {
                typeof(FileReading).Assembly.Location, Verb, Path.GetFullPath(path), $"{(int)kind}",
                first.ToString(CultureInfo.InvariantCulture),
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        // Nothing of this process's: its environment may hold what others must not read.
        start.Environment.Clear();
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["HOME"] = "/nonexistent";
        try
        {
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            return process;
        }
        catch (Win32Exception e)
        {
            throw new CliException($"No process can be started that reads {path}: {e.Message}");
        }
    }

    static void Watch(Process process, TimeSpan since)
    {
        try
        {
            process.Refresh();
            if (since > Longest || process.WorkingSet64 > MostMemory)
                process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }
    }

    // The one this process runs on.
    static string Dotnet => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..",
        OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
