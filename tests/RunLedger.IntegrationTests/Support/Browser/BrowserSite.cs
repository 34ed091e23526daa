using Microsoft.Playwright;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Support.Browser;

/// <summary>
/// A ledger on real servers with something of everything in it, and the system's Chromium to look at its page.
/// </summary>
[CollectionDefinition]
public sealed class BrowserSite : ICollectionFixture<BrowserSite>, IAsyncLifetime
{
    // Candidates whose runs are stuck, or orphans, after a second.
    const string Hasty = "PROC-CAND:browser:hasty";
    const string Alone = "PROC-CAND:browser:alone";

    static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome"];
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    Task? _start;
    IPlaywright? _playwright;
    LedgerSite? _site;
    LedgerProcess _ledger = null!;

    internal IBrowser Browser { get; private set; } = null!;

    internal Uri Url => _ledger.Url;

    internal Publisher Publisher => _site!.Publisher;

    /// <summary>A run that failed in a component, with another run inside it.</summary>
    internal Guid Failed { get; } = Guid.CreateVersion7();

    internal Guid Stuck { get; } = Guid.CreateVersion7();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>For the first who asks; not with the fixture, where what is missing could not skip the tests.</summary>
    internal Task Start() => _start ??= Begin();

    /// <summary>Publishes, and waits until the run has this status.</summary>
    internal async Task Send(Guid run, string status, params Sent[] messages)
    {
        await Publisher.Send(messages);
        await Eventually.Async(
            async () =>
            {
                var (code, body) = await _ledger.Get($"/api/runs/{run}");
                return body.Contains($"\"status\":\"{status}\"", StringComparison.Ordinal)
                    ? null
                    : $"{code} {body}, and not {status}";
            },
            Patience,
            () => _ledger.Output);
    }

    /// <summary>Publishes what is no observation, and waits until it is rejected.</summary>
    internal async Task Reject(string json, string mark)
    {
        await Publisher.Send(
            "RunLedger.Contracts:RunStarted", "", System.Text.Encoding.UTF8.GetBytes(json), "application/json");
        await Eventually.Async(
            async () => (await _ledger.Get("/api/rejected?limit=500")).Body is var rows
                && rows.Contains(mark, StringComparison.Ordinal)
                ? null
                : $"{mark} is not rejected: {rows}",
            Patience,
            () => _ledger.Output);
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
            await Browser.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        _playwright?.Dispose();
        if (_site is not null)
            await _site.DisposeAsync();
    }

    async Task Begin()
    {
        var browser = Browsers.Select(Shell.Find).FirstOrDefault(found => found is not null);
        if (browser is null)
            TestDatabase.Missing("There is no Chromium on the path; Debian's package is chromium.");
        _site = await LedgerSite.Create();
        _ledger = await _site.Start(new()
        {
            ["RunLedger__Deadlines__SweepEvery"] = "00:00:01",
            ["RunLedger__Deadlines__Policies__0__Candidate"] = Hasty,
            ["RunLedger__Deadlines__Policies__0__Run"] = "00:00:01",
            ["RunLedger__Deadlines__Policies__1__Candidate"] = Alone,
            ["RunLedger__Deadlines__Policies__1__OrphanGrace"] = "00:00:01",
        });
        await Fill();
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = browser, Args = ["--disable-gpu"] });
    }

    /// <summary>
    /// A run in every status, one with a long name, with components and nested runs, and something rejected.
    /// </summary>
    async Task Fill()
    {
        var start = TimeProvider.System.GetUtcNow().AddMinutes(-4);
        Sent Of(string contract, double at, Guid run) => new(contract, run, start.AddSeconds(at));
        var (load, check) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Send(
            Failed,
            "failed",
            Of("RunStarted", 0, Failed) with { Key = $"kg/{Failed:N}", InputRef = "s3://in/kg.parquet", Evidence = 1 },
            Of("StepStarted", 1, Failed) with { ComponentId = load, DotCode = "dot_kg_load", Role = "producer" },
            Of("StepCompleted", 60, Failed) with { ComponentId = load },
            Of("StepStarted", 61, Failed) with { ComponentId = check, DotCode = "dot_kg_check", Role = "verifier" },
            Of("StepFailed", 150, Failed) with
            {
                ComponentId = check,
                ErrorRef = $"verifier said no: {new string('x', 300)}",
            },
            Of("RunFailed", 152, Failed) with { ErrorRef = $"verifier said no: {new string('x', 300)}" },
            // Its publishers disagree, and one's clock is behind.
            Of("RunCompleted", 153, Failed) with { OutputRef = "s3://out/kg.parquet" });
        foreach (var (status, contracts) in ((string, string[])[])
            [
                ("observed", ["RunObserved"]), ("started", ["RunStarted"]),
                ("step_started", ["RunStarted", "StepStarted"]),
                ("step_completed", ["RunStarted", "StepCompleted"]), ("completed", ["RunStarted", "RunCompleted"]),
                ("cancelled", ["RunCancelled"]), ("failed", ["RunFailed"]),
            ])
        {
            var (run, step) = (Guid.CreateVersion7(), Guid.CreateVersion7());
            await Send(run, status, [.. contracts.Select((contract, n) => Of(contract, n, run) with
            {
                Candidate = $"PROC-CAND:browser:{status}{(status == "failed" ? new string('y', 400) : "")}",
                ParentRunId = status == "observed" ? null : Failed,
                ComponentId = contract.StartsWith("Step", StringComparison.Ordinal) ? step : null,
                DotCode = contract.StartsWith("Step", StringComparison.Ordinal) ? "dot_step" : null,
            })]);
        }

        var orphan = Guid.CreateVersion7();
        await Send(Stuck, "stuck", Of("RunStarted", 0, Stuck) with { Candidate = Hasty });
        await Send(orphan, "orphan", Of("StepStarted", 0, orphan) with
        {
            Candidate = Alone,
            ComponentId = Guid.CreateVersion7(),
            DotCode = "dot_alone",
        });
        await Reject("""{"processRunId":"asleep","processCandidateCode":"seeded"}""", "asleep");
    }
}
