using System.Diagnostics;
using System.Text.Json;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Testing;

namespace RunLedger.IntegrationTests.Samples;

/// <summary>The samples that need no more than what a machine has, run as their README says.</summary>
public sealed class OtherLanguageTests : IAsyncLifetime
{
    readonly string _file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
    LedgerProcess _ledger = null!;

    public static TheoryData<string, string> Samples => new() { { "bash", "observe.sh" }, { "python3", "observe.py" } };

    public async ValueTask InitializeAsync() => _ledger = await LedgerProcess.StartEmbedded(_file);

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        foreach (var file in (string[])[_file, _file + "-wal", _file + "-shm"])
            File.Delete(file);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_leaves_a_run_of_two_steps(string program, string sample)
    {
        var (code, output, error) = await Run(program, sample, _ledger.Url.ToString());

        Assert.True(code == 0, error);
        Assert.Equal("", error);
        var run = await Json($"/api/runs/{output.Trim()}");
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal(42, run.GetProperty("evidenceRef").GetProperty("from").GetProperty("RunCompleted")
            .GetProperty("value").GetProperty("rows").GetInt32());
        Assert.Equal(
            [("fetch", "step_completed"), ("load", "step_completed")],
            (await Json($"/api/runs/{output.Trim()}/components")).GetProperty("items").EnumerateArray()
                .Select(step => (step.GetProperty("dotCode").GetString()!, step.GetProperty("status").GetString()!))
                .Order());
    }

    [Theory]
    [InlineData("bash", "observe.sh", "SAMPLE_COMMAND", "false", "load: exit code 1")]
    [InlineData("python3", "observe.py", "SAMPLE_FAILS", "1", "RuntimeError('no such table')")]
    public async Task A_sample_whose_step_fails_says_why(
        string program, string sample, string variable, string value, string errorRef)
    {
        var (code, _, _) = await Run(program, sample, _ledger.Url.ToString(), (variable, value));

        Assert.Equal(1, code);
        var run = (await Json("/api/runs")).GetProperty("items")[0];
        Assert.Equal(
            ("failed", errorRef), (run.GetProperty("status").GetString(), run.GetProperty("errorRef").GetString()));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_ledger_that_is_away_costs_the_work_nothing(string program, string sample)
    {
        var (code, _, error) = await Run(program, sample, "http://127.0.0.1:9");

        Assert.Equal(0, code);
        Assert.Contains("not observed", error, StringComparison.Ordinal);
    }

    static async Task<(int Code, string Output, string Error)> Run(
        string program, string sample, string url, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, [Path.Combine(Checkout.Root, "samples", "other-languages", sample)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RUNLEDGER_URL"] = url.TrimEnd('/');
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, error);
    }

    async Task<JsonElement> Json(string route)
    {
        var (status, body) = await _ledger.Get(route);
        Assert.True(status == 200, body);
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }
}
