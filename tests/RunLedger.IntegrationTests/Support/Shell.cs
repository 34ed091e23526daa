using System.Diagnostics;

namespace RunLedger.IntegrationTests.Support;

/// <summary>Other people's commands.</summary>
static class Shell
{
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    public static Task<string> Run(string command, params string[] arguments) => Run(command, [], arguments);

    /// <inheritdoc cref="Run(string, string[])"/>
    public static async Task<string> Run(
        string command, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        var printed = await output + await error;
        return process.ExitCode == 0
            ? printed
            : throw new InvalidOperationException(
                $"{command} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}: {printed}");
    }

    /// <summary>
    /// SIGKILL to a process that is none of ours to wait for and to those it started; they are gone when this returns.
    /// </summary>
    /// <param name="pid">As its pid file says; it may be gone already, and its number somebody else's.</param>
    /// <param name="mark">Stands in its command line.</param>
    public static async Task Kill(string pid, string mark)
    {
        if (!Read($"/proc/{pid}/cmdline").Contains(mark, StringComparison.Ordinal))
            return;
        // It first: it would mend what became of the others.
        string[] all =
            [pid, .. Read($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        await Run("sh", "-c", $"kill -KILL {string.Join(' ', all)} || true");
        await Eventually.Async(
            () => Task.FromResult(Array.Find(all, Runs) is { } there ? $"{there} is still there" : null),
            TimeSpan.FromSeconds(20));
    }

    /// <summary>SIGTERM to such a process, which goes in its own time and is gone when this returns.</summary>
    /// <inheritdoc cref="Kill(string, string)"/>
    public static async Task End(string pid, string mark)
    {
        if (!Read($"/proc/{pid}/cmdline").Contains(mark, StringComparison.Ordinal))
            return;
        await Run("kill", "-TERM", pid);
        await Eventually.Async(
            () => Task.FromResult(Runs(pid) ? $"{pid} is still there" : null), TimeSpan.FromSeconds(60));
    }

    /// <summary>Skips a test that needs a command which is not there; where CI=true it fails.</summary>
    public static void Need(string command)
    {
        if (Has(command))
            return;
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{command} is missing.");
        Assert.Skip($"{command} is missing.");
    }

    /// <summary>Whether a command is on the path.</summary>
    public static bool Has(string command) => Find(command) is not null;

    /// <summary>The file of a command that is on the path; null where it is not.</summary>
    public static string? Find(string command) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, command))
        .FirstOrDefault(File.Exists);

    // A zombie has given up all it had; whether somebody takes note of its end is not our business.
    static bool Runs(string pid) =>
        Read($"/proc/{pid}/status") is { Length: > 0 } status
        && !status.Contains("State:\tZ", StringComparison.Ordinal);

    static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
