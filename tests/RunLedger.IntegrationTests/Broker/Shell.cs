using System.Diagnostics;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>Other people's commands.</summary>
static class Shell
{
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    public static Task<string> RunAsync(string command, params string[] arguments) => RunAsync(command, [], arguments);

    /// <inheritdoc cref="RunAsync(string, string[])"/>
    public static async Task<string> RunAsync(string command, Dictionary<string, string> environment, params string[] arguments)
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

    /// <summary>Whether a command is on the path.</summary>
    public static bool Has(string command) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, command)));
}
