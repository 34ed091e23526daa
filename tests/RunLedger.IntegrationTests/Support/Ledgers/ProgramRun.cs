using System.Diagnostics;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>The program as a user runs it, to its end: what it printed anywhere, and its exit code.</summary>
sealed record ProgramRun(int ExitCode, string Printed)
{
    /// <summary>The service: <c>./test</c> runs it as it is published, compiled ahead; else as it was built.</summary>
    public static readonly string Service = Environment.GetEnvironmentVariable("RUNLEDGER_SERVICE")
        ?? Path.Combine(AppContext.BaseDirectory, "RunLedger.Service.dll");

    public static async Task<ProgramRun> Of(Dictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Service, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["ConnectionStrings__Postgres"] = "";
        start.Environment["ConnectionStrings__RabbitMq"] = "";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment.Remove("RabbitMq__Management");
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
