using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Retention;
using RunLedger.Service.Host;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;
using Xunit;

namespace RunLedger.Tests.Retention;

/// <summary>The verbs beside an embedded ledger that serves, and what its HTTP says of the archive.</summary>
public sealed class ArchiveVerbTests : IAsyncLifetime
{
    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-archive-{Guid.CreateVersion7()}");
    readonly Some _run = Some.Run();
    readonly Guid _component = Guid.CreateVersion7();
    EmbeddedLedger _ledger = null!;
    Dictionary<string, string?> _settings = [];

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start();
        _settings = new()
        {
            ["RunLedger:SqliteFile"] = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(
                _ledger.ConnectionString).DataSource,
            ["RunLedger:Retention:Default:Periods:completed"] = "00:00:01",
            ["Archive:Directory"] = _folder,
        };
        foreach (var message in (object[])[_run.Started(),
            _run.StepCompleted(_component), _run.Completed(), Some.Run().Started()])
        {
            var body = JsonSerializer.SerializeToNode(message, JsonSerializerOptions.Web)!;
            body["type"] = message.GetType().Name;
            var (status, answer) = await _ledger.Post("/api/observations", new StringContent(body.ToJsonString()));
            Assert.True(status == 202, answer);
        }

        // Over for some time, whatever the clock of the machine does.
        _ledger.List("update process_run_observation set settled_at = '2026-08-03T04:05:06.000000Z' "
            + $"where process_run_id = '{_run.Id}'");
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_comes_too_late_for_an_archived_run_is_said_and_set_aside_and_its_neighbours_count()
    {
        await Verb("retention", "run");
        var other = Some.Run();
        var lines = new object[] { _run.Failed(), other.Started(), _run.StepFailed(_component), other.Completed() }
            .Select(message =>
            {
                var json = JsonSerializer.SerializeToNode(message, JsonSerializerOptions.Web)!;
                json["type"] = message.GetType().Name;
                return json.ToJsonString();
            })
            .ToList();

        var (status, body) = await _ledger.Post(
            "/api/observations", new StringContent(string.Join('\n', lines)));
        var (alone, _) = await _ledger.Post("/api/observations", new StringContent(lines[0]));

        Assert.Equal((202, 400), (status, alone));
        var answer = JsonNode.Parse(body)!;
        Assert.Equal(2, (int)answer["accepted"]!);
        Assert.Equal([1, 3], answer["rejected"]!.AsArray().Select(remark => (int)remark!["line"]!));
        Assert.All(answer["rejected"]!.AsArray(), remark => Assert.StartsWith(
            $"Its run {_run.Id} is archived, so that this came too late.", (string)remark!["reason"]!,
            StringComparison.Ordinal));
        // The same line sent again is the same row.
        Assert.Equal(2, _ledger.List("select 1 from rejected_observation").Count);
        Assert.Equal(
            ["completed"],
            _ledger.List($"select status from process_run_observation where process_run_id = '{other.Id}'"));
    }

    [Fact]
    public async Task A_run_is_previewed_archived_verified_and_brought_back()
    {
        var preview = await Verb("retention", "preview");
        Assert.Equal(0, preview.Code);
        Assert.Contains("1 runs would leave.", preview.Output, StringComparison.Ordinal);
        Assert.Contains("2026-08-03T04:05:06.000000Z", preview.Output, StringComparison.Ordinal);

        var run = await Verb("retention", "run");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains(
            $"1 runs with 1 components are archived, also in {_folder}.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing is over.", (await Verb("retention", "preview")).Output, StringComparison.Ordinal);
        var verify = await Verb("archive", "verify");
        Assert.Equal((0, "1 slices with 1 runs and 1 components: all as written.\n"), (verify.Code, verify.Output));
        Assert.Equal("1", _ledger.List("select cast(count(*) as text) from process_run_observation")[0]);

        var restore = await Verb("archive", "restore", "--run", _run.Id.ToString());
        Assert.Equal((0, $"Run {_run.Id} is back with its components.\n"), (restore.Code, restore.Output));
        Assert.Equal(1, (await Verb("archive", "restore", "--run", _run.Id.ToString())).Code);
        Assert.Equal(
            [_component.ToString()], _ledger.List("select component_run_id from process_component_observation"));
        Assert.Equal(
            [
                "retention_run all archived 1 runs",
                $"archive_restore {_run.Id} restored",
                $"archive_restore {_run.Id} not in the archive",
            ],
            _ledger.List("select action || ' ' || subject || ' ' || outcome from operator_action order by at"));
    }

    [Fact]
    public async Task A_month_is_brought_back()
    {
        await Verb("retention", "run");

        Assert.Equal(
            (1, "0 runs are back with their components.\n"),
            (await Verb("archive", "restore", "--month", "2026-07")) is var none ? (none.Code, none.Output) : default);
        Assert.Equal(
            (0, "1 runs are back with their components.\n"),
            (await Verb("archive", "restore", "--month", "2026-08")) is var some ? (some.Code, some.Output) : default);
    }

    [Fact]
    public async Task An_archived_run_is_answered_with_its_components_and_tree_and_cannot_be_closed()
    {
        await Verb("retention", "run");

        var run = await Json($"/api/runs/{_run.Id}");
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.NotEqual(default, run.GetProperty("archivedAt").GetDateTime());
        var components = (await Json($"/api/runs/{_run.Id}/components")).GetProperty("items");
        Assert.Equal(_component, components[0].GetProperty("componentRunId").GetGuid());
        Assert.Equal(
            _run.Id,
            (await Json($"/api/runs/{_run.Id}/tree")).GetProperty("run").GetProperty("processRunId").GetGuid());
        Assert.Equal(1, (await Json("/api/runs")).GetProperty("items").GetArrayLength());

        var child = Some.Run();
        var body = JsonSerializer.SerializeToNode(
            child.Started() with { ParentRunId = _run.Id }, JsonSerializerOptions.Web)!;
        body["type"] = "RunStarted";
        await _ledger.Post("/api/observations", new StringContent(body.ToJsonString()));
        var tree = await Json($"/api/runs/{_run.Id}/tree");
        Assert.Equal(
            child.Id, tree.GetProperty("run").GetProperty("children")[0].GetProperty("processRunId").GetGuid());
        Assert.Equal(_run.Id, (await Json($"/api/runs/{child.Id}/tree")).GetProperty("ancestors")[0]
            .GetProperty("processRunId")
            .GetGuid());
    }

    [Fact]
    public async Task A_runs_page_says_when_retention_takes_it_by_which_policy_and_where_it_went()
    {
        var options = _ledger.Services.GetRequiredService<RunLedgerOptions>();
        options.Retention.Default.Periods["completed"] = TimeSpan.FromDays(36_000);
        var text = await Page();
        Assert.Contains("Retention takes it on 2125-", text, StringComparison.Ordinal);
        Assert.Contains("the default for runs that are completed.", text, StringComparison.Ordinal);

        options.Retention.Policies.Add(
            new() { Candidate = "PROC-CAND:dot:*", Periods = { ["completed"] = TimeSpan.FromSeconds(1) } });
        text = await Page();
        Assert.Contains("Retention takes it with its next sweep", text, StringComparison.Ordinal);
        Assert.Contains(
            "the policy of PROC-CAND:dot:* for runs that are completed.", text, StringComparison.Ordinal);

        options.Retention.Policies.Clear();
        options.Retention.Default.Periods.Remove("completed");
        Assert.Contains(
            "It stays: no policy of retention says for how long", await Page(), StringComparison.Ordinal);

        await Verb("retention", "run");
        options.Archive.Directory = _folder;
        text = await Page();
        Assert.Contains("process_run_archive", text, StringComparison.Ordinal);
        Assert.Contains("Its files are those of 2026-08.", text, StringComparison.Ordinal);
        Assert.Contains($"archive restore --run {_run.Id}", text, StringComparison.Ordinal);

        async Task<string> Page() => WebUtility.HtmlDecode(
            await _ledger.Client.GetStringAsync($"/runs/{_run.Id}", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_run_that_was_given_up_and_archived_cannot_be_closed()
    {
        _ledger.List($"update process_run_observation set status = 'stuck' where process_run_id = '{_run.Id}'");
        _settings["RunLedger:Retention:Default:Periods:stuck"] = "00:00:01";
        await Verb("retention", "run");

        var (status, answer) = await _ledger.Post(
            $"/api/runs/{_run.Id}/close",
            new StringContent(
                """{"status":"failed","reason":"gone","by":"me"}""",
                System.Net.Http.Headers.MediaTypeHeaderValue.Parse("application/json")));

        Assert.Equal(409, status);
        Assert.Contains($"archive restore --run {_run.Id}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HTTP_previews_by_status_and_candidate()
    {
        _ledger.Services.GetRequiredService<RunLedgerOptions>().Retention.Default.Periods["completed"] =
            TimeSpan.FromDays(2);

        var preview = await Json("/api/retention/preview");

        Assert.Equal(1, preview.GetProperty("runs").GetInt64());
        var item = preview.GetProperty("items")[0];
        Assert.Equal(("completed", "PROC-CAND:dot:kg", "2.00:00:00"), (
            item.GetProperty("status").GetString(),
            item.GetProperty("processCandidateCode").GetString(),
            item.GetProperty("period").GetString()));
        Assert.Equal(JsonValueKind.Null, preview.GetProperty("fault").ValueKind);
    }

    [Fact]
    public async Task Health_is_degraded_while_the_archive_cannot_be_written()
    {
        var state = _ledger.Services.GetRequiredService<ArchiveState>();
        state.Fault = "The archive cannot be written to /archive: No space left on device";

        using var degraded = await _ledger.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        var preview = await Json("/api/retention/preview");

        Assert.Equal(
            (HttpStatusCode.OK, "Degraded"),
            (degraded.StatusCode, await degraded.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(state.Fault, preview.GetProperty("fault").GetString());
        state.Fault = null;
        Assert.Equal(
            "Healthy", await _ledger.Client.GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_cannot_be_used_is_said_on_one_line()
    {
        var notWritable = await VerbOn("retention", "run", directory: _settings["RunLedger:SqliteFile"]);
        Assert.Equal(2, notWritable.Code);
        Assert.StartsWith(
            $"The archive cannot be written to {_settings["RunLedger:SqliteFile"]}",
            notWritable.Error,
            StringComparison.Ordinal);

        var noFile = await VerbOn("retention", "preview", file: "/nowhere/run-ledger.db");
        Assert.Equal(
            (2, "There is no ledger: /nowhere/run-ledger.db does not exist, and "
                + "ConnectionStrings__Postgres is not set.\n"),
            (noFile.Code, noFile.Error));

        _settings["RunLedger:Retention:Default:Periods:completed"] = "-1.00:00:00";
        var negative = await Verb("retention", "preview");
        Assert.Equal(2, negative.Code);
        Assert.StartsWith(
            "The settings cannot be used: Retention:Default:Periods:completed is -1.00:00:00",
            negative.Error,
            StringComparison.Ordinal);

        _settings["RunLedger:Retention:Default:Periods:completed"] = "ninety days";
        var unreadable = await Verb("retention", "preview");
        Assert.Equal(2, unreadable.Code);
        Assert.Contains("RunLedger:Retention:Default:Periods:completed", unreadable.Error, StringComparison.Ordinal);

        _settings["RunLedger:Retention:Default:Periods:completed"] = "1.00:00:00";
        _settings["RunLedger:Retention:Evry"] = "01:00:00";
        Assert.Contains("Evry", (await Verb("retention", "preview")).Error, StringComparison.Ordinal);
        _settings.Remove("RunLedger:Retention:Evry");

        Assert.Equal(1, (await Verb("archive", "restore")).Code);
        Assert.Equal(1, (await Verb("archive", "restore", "--month", "2026-13")).Code);
    }

    [Fact]
    public async Task A_manifest_that_leads_out_of_its_folder_is_refused_on_one_line()
    {
        await Verb("retention", "run");
        var manifest = Directory.GetFiles(_folder, "*.json", SearchOption.AllDirectories).Single();
        var text = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        var name = Path.GetFileName(Path.ChangeExtension(manifest, ".runs.parquet"));
        await File.WriteAllTextAsync(
            manifest,
            text.Replace(name, "../x\\u001b.parquet", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        // As after a purge: what is brought back is only in the files.
        foreach (var table in (string[])["process_component_archive", "process_run_archive"])
            _ledger.List($"delete from {table}");

        foreach (var verb in (string[][])
            [
                ["archive", "verify"], ["archive", "restore", "--run", $"{_run.Id}"],
                ["archive", "restore", "--month", "2026-08"],
            ])
        {
            var refused = await Verb(verb);

            Assert.Equal(2, refused.Code);
            Assert.Contains("it names '../x\uFFFD.parquet'", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal("1", _ledger.List("select cast(count(*) as text) from process_run_observation")[0]);
    }

    [Fact]
    public async Task A_touched_file_is_a_fault_and_a_stray_one_a_note()
    {
        await Verb("retention", "run");
        var manifest = Directory.GetFiles(_folder, "*.json", SearchOption.AllDirectories).Single();
        var stray = new RunLedgerOptions();
        stray.Archive.Directory = _folder;
        var left = await new ArchiveFiles(stray).Keep(
            new ArchivedRows(
                [new RunRow { ProcessRunId = Guid.CreateVersion7(), SettledAt = Some.Noon.UtcDateTime }], []),
            TestContext.Current.CancellationToken);
        Assert.Contains(
            $"note: 2026-11/{left.Id} belongs to no move",
            (await Verb("archive", "verify")).Output,
            StringComparison.Ordinal);
        await File.AppendAllTextAsync(
            Path.ChangeExtension(manifest, ".runs.parquet"), "x", TestContext.Current.CancellationToken);

        var verify = await Verb("archive", "verify");

        Assert.Equal(1, verify.Code);
        Assert.Contains(".runs.parquet was changed after it was written", verify.Output, StringComparison.Ordinal);
        Assert.Contains("1 faulty", verify.Output, StringComparison.Ordinal);
    }

    Task<(int Code, string Output, string Error)> Verb(params string[] arguments) => Verb(arguments, null, null);

    Task<(int Code, string Output, string Error)> VerbOn(
        string verb, string what, string? file = null, string? directory = null) =>
        Verb([verb, what], file, directory);

    async Task<(int Code, string Output, string Error)> Verb(string[] arguments, string? file, string? directory)
    {
        var settings = new Dictionary<string, string?>(_settings);
        settings["RunLedger:SqliteFile"] = file ?? settings["RunLedger:SqliteFile"];
        settings["Archive:Directory"] = directory ?? settings["Archive:Directory"];
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var root = new RootCommand
        {
            RetentionCommand.Create(configuration, TimeProvider.System),
            ArchiveCommand.Create(configuration),
        };
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var code = await root.Parse(arguments)
            .InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (code, output.ToString(), error.ToString());
    }

    async Task<JsonElement> Json(string route)
    {
        using var document = JsonDocument.Parse(
            await _ledger.Client.GetStringAsync(route, TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }
}
