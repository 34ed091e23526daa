using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using RunLedger.Cli.Observe;
using RunLedger.Cli.Options;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Cli;

/// <summary>What the ledger learns, at once or later.</summary>
public sealed class ObserveLedgerTests(ToolSite site) : IClassFixture<ToolSite>
{
    const string Observe = "runledger observe --flush 30s";

    [Fact]
    public async Task Wrappers_inside_wrappers_are_a_tree_with_one_wire_key()
    {
        await File.WriteAllTextAsync(Path.Combine(site.Folder.FullName, "nightly.sh"), $"""
            set -e
            {Observe} --candidate fetch -- true
            {Observe} --candidate load -- sh -c '{Observe} --candidate copy -- true; {Observe} --candidate index -- true'
            {Observe} --role verifier --key nightly-check -- test -e nightly.sh
            {Observe} --role step -- sh -c 'exit 3' || true
            """);

        var (code, _, error) = await site.Run($"{Observe} --candidate nightly --correlation night-1 -- sh nightly.sh");

        Assert.True(code == 0, error);
        var nightly = await site.RunOf("nightly");
        var id = nightly.GetProperty("processRunId").GetString();
        var tree = (await site.Json($"/api/runs/{id}/tree")).GetProperty("run");
        Assert.Equal("nightly(fetch() load(copy() index()))", Shape(tree));
        Assert.All(
            (await site.Json("/api/runs?correlationId=night-1")).GetProperty("items").EnumerateArray(),
            run => Assert.Equal("completed", run.GetProperty("status").GetString()));
        Assert.Equal(5, (await site.Json("/api/runs?correlationId=night-1")).GetProperty("items").GetArrayLength());
        Assert.Equal(
            [("sh", "step", "failed", null), ("test", "verifier", "step_completed", "nightly-check")],
            (await site.Json($"/api/runs/{id}/components")).GetProperty("items").EnumerateArray()
                .Select(one => (
                    one.GetProperty("dotCode").GetString()!, one.GetProperty("componentRole").GetString()!,
                    one.GetProperty("status").GetString()!, one.GetProperty("idempotencyKey").GetString())).Order());
        Assert.False(nightly.ToString().Contains("conflicts", StringComparison.Ordinal), nightly.ToString());
    }

    [Fact]
    public async Task A_ledger_that_never_answers_delays_neither_start_nor_end_and_learns_of_it_later()
    {
        // It takes every connection, and is silent: whoever waited for it would wait for a minute.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var away = LedgerAddress.TryParseUrl($"http://{silent.LocalEndpoint}")!;
        var candidate = $"away-{Guid.CreateVersion7():N}";
        var spools = Path.Combine(site.Folder.FullName, "spool");

        var (code, output, error) = await site.Run(
            $"runledger observe --flush 100ms --candidate {candidate} -- sh -c 'echo works; exit 3'",
            ("RUNLEDGER_URL", away.Uri.ToString()));

        Assert.Equal((3, "works\n", ""), (code, output, error));
        var file = Assert.Single(new DirectoryInfo(SpoolDirectory.ForLedger(spools, away)).GetFiles());
        var kept = await File.ReadAllTextAsync(file.FullName);
        Assert.Equal(["RunStarted", "RunFailed"], kept.TrimEnd().Split('\n').Select(Type));

        // As if it were the same ledger, back again; and a disk was full during a write.
        var here = SpoolDirectory.ForLedger(spools, LedgerAddress.TryParseUrl(site.Url.ToString())!);
        Directory.CreateDirectory(here);
        await File.WriteAllTextAsync(Path.Combine(here, file.Name), kept + kept[..100]);
        Assert.Equal(0, (await site.Run($"{Observe} -- true")).Code);

        var run = await site.RunOf(candidate);
        Assert.Equal(
            ("failed", "exit code 3"),
            (run.GetProperty("status").GetString(), run.GetProperty("errorRef").GetString()));
        Assert.Empty(Directory.GetFiles(here));
        Assert.DoesNotContain(candidate, (await site.Json("/api/rejected")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_is_away_and_a_spool_that_cannot_be_written_are_said_and_cost_nothing_more()
    {
        var (code, output, error) = await site.Run(
            "runledger observe --spool /proc/none -- sh -c 'echo works; exit 3'",
            ("RUNLEDGER_URL", $"http://127.0.0.1:{LedgerProcess.FreePort()}"));

        Assert.Equal((3, "works\n"), (code, output));
        Assert.Contains("lost", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_broker_is_another_way_to_the_same_rows()
    {
        await using var ledger = await LedgerSite.Create();
        await ledger.Start();

        var (code, _, error) = await site.Run(
            $"{Observe} --rabbitmq '{ledger.Broker}' --candidate bus -- runledger observe --flush 30s --candidate "
            + "inner -- sh -c 'exit 3'");

        Assert.Equal((3, ""), (code, error));
        await Eventually.Async(async () =>
        {
            var rows = await ledger.List("""
                select c.process_candidate_code || ' ' || c.status || ' in ' ||
                  p.process_candidate_code || ' ' || p.status
                from process_run_observation c join process_run_observation p on c.parent_run_id = p.process_run_id
                """);
            return rows.SequenceEqual(["inner failed in bus failed"]) ? null : string.Join(", ", rows);
        }, TimeSpan.FromSeconds(40), () => ledger.Output);
    }

    static string Shape(JsonElement run) =>
        $"{run.GetProperty("processCandidateCode")}("
        + $"{string.Join(' ', run.GetProperty("children").EnumerateArray().Select(Shape))})";

    static string? Type(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("type").GetString();
    }
}
