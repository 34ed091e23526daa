using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RunLedger.Cli;
using RunLedger.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Shards;

/// <summary>
/// A run is whole in one of the two ledgers of samples/shards, whoever publishes it and in whatever order.
/// </summary>
public sealed class ShardTests(ShardSite site) : IClassFixture<ShardSite>
{
    const int Runs = 60;
    const int StepsOfARun = 3;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task What_is_published_in_any_order_is_whole_in_one_database()
    {
        var sent = Streams();
        var shuffled = sent.Concat(sent.Take(100)).ToArray();
        new Random(17).Shuffle(shuffled);

        foreach (var (i, one) in shuffled.Index())
        {
            // As plain JSON, and in MassTransit's envelope.
            var (body, type) = i % 2 == 0
                ? (one.Json(), "application/json")
                : (one.Envelope(), "application/vnd.masstransit+json");
            await site.Publisher.Send(
                one.Exchange, $"{one.RunId}", Encoding.UTF8.GetBytes(body.ToJsonString()), type);
        }

        await AreWhole(sent);
    }

    [Fact]
    public async Task What_is_posted_to_one_ledger_is_whole_in_one_database()
    {
        var sent = Streams();
        var shuffled = sent.ToArray();
        new Random(23).Shuffle(shuffled);

        foreach (var some in shuffled.Chunk(50))
        {
            var (status, _, body) = await site.Ledgers[0].Post(
                "/api/observations", $"[{string.Join(',', some.Select(one => one.Line()))}]");
            Assert.True(status == 202, body);
        }

        await AreWhole(sent);
    }

    [Fact]
    public async Task What_the_client_reports_is_whole_in_one_database()
    {
        var runs = Enumerable.Range(0, Runs).Select(_ => Guid.CreateVersion7()).ToArray();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingRabbitMq((_, transport) => transport.Host(site.Address));
        });
        builder.Services.AddRunLedgerClient(_ => { });
        using var service = builder.Build();
        await service.StartAsync(TestContext.Current.CancellationToken);
        var reporter = service.Services.GetRequiredService<IRunReporter>();

        await Task.WhenAll(runs.Select(run => reporter.Run(
            "PROC-CAND:dot:kg",
            async open =>
            {
                for (var step = 0; step < StepsOfARun; step++)
                    await open.Step($"step {step}", _ => Task.CompletedTask);
            },
            new RunDetails { RunId = run })));
        await service.StopAsync(TestContext.Current.CancellationToken);

        await AreWhole(runs);
    }

    [Fact]
    public async Task A_definition_is_known_to_every_ledger()
    {
        var code = $"PROC-CAND:dot:{Guid.CreateVersion7():n}";
        var runs = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var run in runs)
        {
            var started = new Sent("RunStarted", run, TimeProvider.System.GetUtcNow()) { Candidate = code };
            await site.Publisher.Send(
                started.Exchange, $"{run}", Encoding.UTF8.GetBytes(started.Json().ToJsonString()), "application/json");
        }

        var (status, _, body) = await site.Ledgers[1].Post("/api/observations", $$"""
            {"type":"ProcessDefined","processCandidateCode":"{{code}}","processDefinitionCode":"PROC-DEF:kg",
             "occurredAt":"2026-03-01T12:00:00Z"}
            """);
        Assert.True(status == 202, body);

        await Eventually.Async(
            async () => await Count($"process_candidate_code = '{code}' and process_definition_code = 'PROC-DEF:kg'")
                is [> 0, > 0] and var found && found.Sum() == runs.Length ? null : "a run has no definition",
            Limit,
            () => site.Output);
    }

    [Fact]
    public async Task The_journal_of_each_has_its_own_runs_and_blames_none_of_the_other()
    {
        foreach (var ledger in site.Ledgers)
        {
            await Eventually.Async(
                async () => await ledger.Get("/health/ready") is (200, "Healthy") ? null : "not healthy",
                Limit,
                () => site.Output);
        }

        var sent = Streams();
        foreach (var one in sent)
        {
            await site.Publisher.Send(
                one.Exchange, $"{one.RunId}", Encoding.UTF8.GetBytes(one.Json().ToJsonString()), "application/json");
        }

        await AreWhole(sent);

        foreach (var (i, database) in site.Databases.Index())
        {
            await using var output = new StringWriter();
            await using var error = new StringWriter();
            await CommandLine.Run(
                [
                    "journal", "compare", "--json", "--queue", $"run-ledger-{i + 1}",
                    "--rabbitmq", $"{site.Address}", "--connection", database.ConnectionString,
                ],
                output, error, TimeProvider.System);
            var ours = sent.Select(one => $"{one.RunId}").ToHashSet();
            var json = JsonElement.Parse(output.ToString());
            Assert.True(json.GetProperty("observations").GetInt64() > 0, $"{output}{error}");
            // What others of these tests published before the streams were there is not in them.
            Assert.DoesNotContain(
                json.GetProperty("differences").EnumerateArray(),
                one => !one.GetProperty("inLedger").GetBoolean()
                    || ours.Contains(one.GetProperty("id").GetString()!));
        }
    }

    // A run of a start, steps that begin and end, and an end.
    static List<Sent> Streams()
    {
        var first = TimeProvider.System.GetUtcNow().AddMinutes(-30);
        var at = 0;
        return [.. Enumerable.Range(0, Runs).Select(_ => Guid.CreateVersion7()).SelectMany(run => (Sent[])
        [
            Say("RunStarted", run),
            .. Enumerable.Range(0, StepsOfARun).Select(_ => Guid.CreateVersion7()).SelectMany(step => (Sent[])
            [
                Say("StepStarted", run) with { ComponentId = step },
                Say("StepCompleted", run) with { ComponentId = step },
            ]),
            Say("RunCompleted", run),
        ])];

        Sent Say(string contract, Guid run) => new(contract, run, first.AddMilliseconds(at++));
    }

    /// <summary>Each is in one database with all its components, and each database has some.</summary>
    async Task AreWhole(IReadOnlyCollection<Sent> sent)
    {
        var runs = sent.Select(one => one.RunId).Distinct().ToArray();
        await AreWhole(runs);
        foreach (var database in site.Databases)
        {
            var its = (await database.List("select process_run_id from process_run_observation"))
                .Select(Guid.Parse).ToHashSet();
            var expected = Oracle.Rows([.. sent.Where(one => its.Contains(one.RunId))]);
            var rows = await LedgerRows.Read(database.DataSource);
            // Of counts, which are of all, nothing is known here.
            Assert.Empty(expected.Where(row => row.StartsWith("run", StringComparison.Ordinal)
                || row.StartsWith("component", StringComparison.Ordinal)).Except(rows));
            Assert.Empty(await LedgerRows.Rejected(database.DataSource));
        }
    }

    async Task AreWhole(Guid[] runs)
    {
        var ids = string.Join(',', runs.Select(run => $"'{run}'"));
        await Eventually.Async(
            async () =>
            {
                var whole = await Count($"process_run_id in ({ids}) and status = 'completed' and {StepsOfARun} = "
                    + "(select count(*) from process_component_observation c where c.status = 'step_completed' "
                    + "and c.process_run_id = process_run_observation.process_run_id)");
                return whole.Sum() == runs.Length ? null : $"{string.Join(" and ", whole)} of {runs.Length} are whole";
            },
            Limit,
            () => site.Output);

        var all = await Count($"process_run_id in ({ids})");
        Assert.Equal(runs.Length, all.Sum());
        Assert.All(all, some => Assert.NotEqual(0, some));
        Assert.All(
            await Task.WhenAll(site.Databases.Select(database => database.List(
                $"select component_run_id from process_component_observation where process_run_id in ({ids})"))),
            components => Assert.NotEmpty(components));
    }

    async Task<int[]> Count(string where) => await Task.WhenAll(site.Databases.Select(async database => int.Parse(
        (await database.List($"select count(*) from process_run_observation where {where}"))[0],
        System.Globalization.CultureInfo.InvariantCulture)));
}
