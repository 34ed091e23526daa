using System.Text.Json;
using System.Text.RegularExpressions;
using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using static RunLedger.Testing.LineageFixtures;

namespace RunLedger.IntegrationTests.Cli;

/// <summary>The verbs against a ledger as it is deployed, and what is then in its tables.</summary>
public sealed class ToolOnServersTests(ServerSite site) : IClassFixture<ServerSite>
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task A_script_of_wrapped_steps_over_the_broker_is_the_tree_that_runs_show_draws()
    {
        const string observe = "runledger observe --flush 30s";
        await File.WriteAllTextAsync(Path.Combine(site.Folder.FullName, "release.sh"), $"""
            set -e
            {observe} --candidate build -- sh -c '{observe} --candidate compile -- true; {observe} --role step -- sh -c "exit 0"'
            {observe} --candidate check -- sh -c 'echo "2 tests failed" >&2; exit 4' || echo ignored
            runledger publish StepCompleted --rabbitmq '{site.Broker}' --component 0194fdc2-fa2f-7cc0-81d3-ff1207450009 --dot-code notify
            """);

        var (code, output, error) = await site.Run(
            $"{observe} --rabbitmq '{site.Broker}' --candidate release --correlation release-1 -- sh release.sh");

        Assert.Equal((0, "2 tests failed\n"), (code, error));
        Assert.StartsWith("ignored\nThe broker has it: StepCompleted of run ", output, StringComparison.Ordinal);
        await Eventually.Async(
            async () =>
            {
                var rows = await site.List("""
                    select r.process_candidate_code || ' ' || r.status || ' in ' ||
                      coalesce(p.process_candidate_code, 'none')
                    from process_run_observation r left
                      join process_run_observation p on r.parent_run_id = p.process_run_id
                    where r.correlation_id = 'release-1' order by r.started_at
                    """);
                return rows.SequenceEqual(
                    [
                        "release completed in none", "build completed in release", "compile completed in build",
                        "check failed in release",
                    ])
                    ? null : string.Join(", ", rows);
            },
            Limit, () => site.Output);
        var id = Assert.Single(await site.List(
            "select process_run_id::text from process_run_observation where process_candidate_code = 'release'"));
        await Eventually.Async(
            async () => await site.List(
                $"select dot_code from process_component_observation where process_run_id = '{id}'") is []
                ? "no component"
                : null,
            Limit);
        var (shown, text, _) = await site.Run($"runledger runs show {id}");
        Assert.Equal(0, shown);
        Assert.Equal(
            ["release completed", "├── build completed", "│   └── compile completed", "└── check failed"],
            text.Split("Tree\n")[1].Split("\n\n")[0].Split('\n').Select(line => string.Join(' ', line.TrimEnd()
                .Split(" 0194")[0].Split(' ').TakeWhile(word => !char.IsAsciiDigit(word.FirstOrDefault())))));
        Assert.Matches("step_completed +notify", text);
    }

    [Fact]
    public async Task Files_of_real_clients_and_observations_are_replayed_into_the_tables()
    {
        await File.WriteAllLinesAsync(
            Path.Combine(site.Folder.FullName, "events.ndjson"),
            Events(Airflow).Select(text => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(text))));

        // Cut in the middle the first time; then all of it, with what somebody exported.
        var cut = await site.Run("head -c 20000 events.ndjson | runledger replay -");
        var all = await site.Run("""
            runledger publish RunStarted --candidate exported --run 0194fdc2-fa2f-7cc0-81d3-ff1207450010
            echo '{"type":"RunCompleted","processRunId":"0194fdc2-fa2f-7cc0-81d3-ff1207450010","processCandidateCode":"exported","correlationId":"0194fdc2-fa2f-7cc0-81d3-ff1207450010","sourceSystem":"dot_runtime","occurredAt":"2100-01-01T00:00:00Z"}' > more
            runledger replay events.ndjson more
            """);

        Assert.Equal(1, cut.Code);
        Assert.Contains(" 1 rejected.", cut.Output, StringComparison.Ordinal);
        Assert.Equal(1, all.Code);
        Assert.Contains("32 taken, 0 ignored, 1 rejected.", all.Output, StringComparison.Ordinal);
        Assert.StartsWith("more:1: ", all.Error, StringComparison.Ordinal);
        foreach (var (id, _, _) in Expected(Airflow))
        {
            await Eventually.Async(
                async () => await site.List(
                    $"select status from process_run_observation where process_run_id = '{id}'") is ["completed"]
                    ? null
                    : $"{id}",
                Limit);
        }
    }

    [Fact]
    public async Task A_dry_run_goes_the_whole_way_and_touches_nothing_else()
    {
        await site.Execute("create table orders (id int); insert into orders values (1), (2)");

        var (code, output, error) = await site.Run(
            "runledger dry-run --yes",
            ("ConnectionStrings__Postgres", site.Owner),
            ("ConnectionStrings__RabbitMq", $"{site.Broker}"));

        Assert.True(code == 0, error + output + site.Output);
        Assert.Contains("guard public.orders: 2 rows before and after", output, StringComparison.Ordinal);
        Assert.Contains("Nothing to apply", output, StringComparison.Ordinal);
        Assert.Matches("Source +dry_run", output);
        var id = Regex.Match(output, "messages of run ([0-9a-f-]{36})").Groups[1].Value;
        Assert.Equal(
            ["completed step_completed dry_run"],
            await site.List($"""
                select r.status || ' ' || c.status || ' ' || r.source_system
                from process_run_observation r join process_component_observation c using (process_run_id)
                  where process_run_id = '{id}'
                """));
    }

    [Fact]
    public async Task A_dry_run_stops_at_the_step_that_fails()
    {
        await using var database = await TestDatabase.Create();

        var away = await site.Run(
            "runledger dry-run --yes --url http://127.0.0.1:1",
            ("ConnectionStrings__Postgres", database.ConnectionString),
            ("ConnectionStrings__RabbitMq", ""));
        var elsewhere = await site.Run(
            "runledger dry-run --yes",
            ("ConnectionStrings__Postgres", database.ConnectionString),
            ("ConnectionStrings__RabbitMq", ""));

        Assert.Equal((1, 1), (away.Code, elsewhere.Code));
        Assert.Contains("Applied 02_observation_substrate.sql", away.Output, StringComparison.Ordinal);
        Assert.StartsWith(
            "runledger: Step 3 failed: No ledger answers at http://127.0.0.1:1/", away.Error, StringComparison.Ordinal);
        Assert.StartsWith(
            $"runledger: Step 4 failed: {site.Url} has the run, but not in PostgreSQL",
            elsewhere.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_without_a_ledger_says_what_is_missing()
    {
        await using var host = await VirtualHost.Create();
        var publish = $"runledger publish RunStarted --candidate nobody --rabbitmq '{host.Address}'";

        var nothing = await site.Run(publish);
        await using (var broker = await new ConnectionFactory { Uri = host.Address }.CreateConnectionAsync())
        await using (var channel = await broker.CreateChannelAsync())
            await channel.ExchangeDeclareAsync("RunLedger.Contracts:RunStarted", ExchangeType.Fanout, durable: true);
        var noQueue = await site.Run(publish);

        foreach (var (code, _, error) in new[] { nothing, noQueue })
        {
            Assert.Equal(2, code);
            Assert.Contains("no ledger has its queue there yet", error, StringComparison.Ordinal);
            Assert.DoesNotContain("guest", error, StringComparison.Ordinal);
        }
    }
}
