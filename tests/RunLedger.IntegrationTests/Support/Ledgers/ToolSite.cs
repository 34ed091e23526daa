using System.Diagnostics;
using System.Text.Json;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>The tool as it is installed, a command on the path, beside an embedded ledger.</summary>
public sealed class ToolSite : IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(50);
    LedgerProcess? _ledger;

    /// <summary>
    /// Of the tests of one class; the tool is in <c>bin</c>, and what it could not send in <c>spool</c>.
    /// </summary>
    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("runledger-cli-");

    public Uri Url => _ledger?.Url ?? new Uri("http://127.0.0.1:1");

    public async ValueTask InitializeAsync()
    {
        await Install();
        _ledger = await LedgerProcess.StartEmbedded(Path.Combine(Folder.FullName, "ledger.db"));
    }

    /// <summary>The tool alone, beside no ledger.</summary>
    public async Task Install()
    {
        var tool = Path.Combine(Folder.CreateSubdirectory("bin").FullName, "runledger");
        await File.WriteAllTextAsync(tool, $"""
            #!/bin/sh
            exec dotnet '{Tool()}' "$@"

            """);
        await Shell.Run("chmod", "+x", tool);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ledger is not null)
            await _ledger.DisposeAsync();
        Folder.Delete(recursive: true);
    }

    /// <summary>Runs a script in a session of its own, so that no terminal of whoever tests is in the play.</summary>
    public async Task<(int Code, string Output, string Error)> Run(
        string script, params (string Name, string Value)[] environment)
    {
        using var process = Start(script, environment);
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Not done within {Limit}: {script}");
        }
    }

    public Process Start(string script, params (string Name, string Value)[] environment)
    {
        // Whoever tests in the background has its shell ignore some signals, and all it starts would.
        var start = new ProcessStartInfo("setsid", ["env", "--default-signal", "sh", "-c", script])
        {
            WorkingDirectory = Folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys
            .Where(name => name.StartsWith("RUNLEDGER_", StringComparison.Ordinal))
            .ToList())
            start.Environment.Remove(name);
        start.Environment["PATH"] = $"{Path.Combine(Folder.FullName, "bin")}:{start.Environment["PATH"]}";
        start.Environment["RUNLEDGER_URL"] = Url.ToString();
        start.Environment["RUNLEDGER_SPOOL"] = Path.Combine(Folder.FullName, "spool");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public async Task<JsonElement> Json(string route)
    {
        var (status, body) = await _ledger!.Get(route);
        Assert.True(status == 200, body);
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    /// <summary>As it was built, with its own dependencies: beside the tests are those of the service.</summary>
    public static string Tool()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output;
        while (!File.Exists(Path.Combine(root.FullName, "Bus.sln")))
            root = root.Parent!;
        return Path.Combine(
            root.FullName, "src", "RunLedger.Cli", "bin", output.Parent!.Name, output.Name, "RunLedger.Cli.dll");
    }

    /// <summary>The only run of a candidate.</summary>
    public async Task<JsonElement> RunOf(string candidate) =>
        Assert.Single((await Json($"/api/runs?candidate={candidate}")).GetProperty("items").EnumerateArray());

    /// <summary>What a contract said as evidence of a run.</summary>
    public static JsonElement Evidence(JsonElement run, string contract) =>
        run.GetProperty("evidenceRef").GetProperty("from").GetProperty(contract).GetProperty("value");
}
