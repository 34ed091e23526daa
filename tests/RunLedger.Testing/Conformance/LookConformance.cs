using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Service.Channels;
using RunLedger.Service.Incidents;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What a look for incidents writes, and how much of it, in either store.</summary>
public abstract class LookConformance(Provider provider) : IncidentSuite(provider)
{
    [Fact]
    public async Task Of_thousands_of_candidates_one_look_begins_ends_and_tells_a_slice_and_the_next_ones_the_rest()
    {
        const int Candidates = 1_200;
        await Rule(new() { Condition = "stuck", Hold = "00:00:00" });
        await Query(
            $"""
             insert into process_run_observation (process_run_id, process_candidate_code, correlation_id,
               source_system, status, created_at)
             values {string.Join(", ", Enumerable.Range(0, Candidates).Select(
                 n => $"('{Guid.CreateVersion7()}', 'P{n}', 'c', 'dot_runtime', 'stuck', '{Text(Noon)}')"))}
             """);

        Assert.True(await LookOnce(1));
        Assert.Equal(["500|500"], await Query(
            "select count(*), (select count(*) from incident_delivery) from incident"));
        await Look(1);
        Assert.Equal([$"{Candidates}|{Candidates}"], await Query(
            "select count(*), (select count(*) from incident_delivery) from incident"));

        await Query("update process_run_observation set status = 'completed'");
        Assert.True(await LookOnce(2));
        Assert.Equal(["500"], await Query("select count(*) from incident where recovered_at is not null"));
        await Look(2);
        Assert.Equal([$"{Candidates}"], await Query("select count(*) from incident where done"));
        Assert.Equal([$"{2 * Candidates}"], await Query("select count(*) from incident_delivery"));
        Assert.False(await LookOnce(3));
    }

    [Fact]
    public async Task What_fails_in_more_ways_than_are_shown_is_told_of_each_once()
    {
        const int Ways = 80;
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        for (var way = 0; way < Ways; way++)
            await Ended(way * 0.01, error: $"no {Name(way)}");
        await Look(2);
        for (var round = 1; round < 4; round++)
        {
            for (var way = 0; way < Ways; way++)
                await Ended((round * 10) + (way * 0.01), error: $"no {Name(way)}");
            await Look((round * 10) + 2);
        }

        // The first told of the newest fifty, the second of the others; what comes round again is nothing new.
        Assert.InRange((await Told()).Count, 1, 2);

        static string Name(int way) => $"{(char)('a' + (way % 26))}{(char)('a' + (way / 26))}disk";
    }

    [Fact]
    public async Task What_a_rule_remembers_goes_when_it_says_nothing_any_more_and_not_while_its_incident_lasts()
    {
        await Rule(new() { Condition = "rate", Runs = 2, Percent = 50, Hold = "00:00:00" });
        await Rule(new() { Condition = "rate", Window = "01:00:00", Percent = 50 }, "window");
        await Rule(new() { Condition = "in_a_row", Runs = 2, Hold = "00:00:00" }, "row");
        await Ended(0, "completed", candidate: "Q");
        await Ended(0);
        await Ended(0.1);
        await Look(1);
        Assert.Equal(
            ["row|P", "rule|P", "rule|Q", "window|P", "window|Q"],
            await Query("select rule, candidate from incident_memory order by 1, 2"));

        await Look(2 * 60);
        Assert.Equal(
            ["row|P", "rule|P", "rule|Q"],
            await Query("select rule, candidate from incident_memory order by 1, 2"));
        await Look(401 * 24 * 60);

        Assert.Equal(
            ["row|P", "rule|P"], await Query("select rule, candidate from incident_memory order by 1, 2"));
    }

    [Fact]
    public async Task That_nobody_looks_is_a_health_that_says_so_where_there_is_a_rule()
    {
        var passing = new FakeTimeProvider(Some.Noon);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var meter = new IncidentMeter(services.GetRequiredService<IMeterFactory>(), passing);
        var check = new IncidentHealthCheck(Store.Transactions, meter, Wrapped(Incidents), Time);
        At(10);
        passing.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HealthStatus.Healthy, (await Health()).Status);

        await Rule(new() { Condition = "failed" });
        Assert.Equal(HealthStatus.Healthy, (await Health()).Status);
        await Look(11);
        At(11.9);
        Assert.Equal(HealthStatus.Healthy, (await Health()).Status);
        At(15);
        Assert.Equal(
            (HealthStatus.Degraded, "Nobody has looked for incidents for 4 m: people are told nothing. The log says "
                + "why."),
            ((await Health()).Status, (await Health()).Description));
        Assert.Equal(TimeSpan.FromMinutes(10), meter.LookAge);

        // Of another replica that looks.
        await Look(15);
        Assert.Equal(HealthStatus.Healthy, (await Health()).Status);

        Task<HealthCheckResult> Health() => check.CheckHealthAsync(new HealthCheckContext(), Token);
    }

    [Fact]
    public async Task More_rules_read_fewer_runs_in_a_look_and_miss_none()
    {
        for (var rule = 0; rule < 50; rule++)
        {
            await Rule(
                new() { Condition = "in_a_row", Runs = rule + 2, Hold = "00:00:00" },
                string.Create(CultureInfo.InvariantCulture, $"r{rule:00}"));
        }

        for (var run = 0; run < 130; run++)
            await Ended(run * 0.001);

        Assert.True(await LookOnce(1));
        Assert.Equal(["50"], await Query(
            "select count(*) from incident_memory where replace(cast(value as text), ' ', '') like '%:100,%'"));
        await Look(1);

        Assert.Equal(["50"], await Query("select count(*) from incident"));
    }

    async Task<bool> LookOnce(double minutes)
    {
        At(minutes);
        return await Looks(watch => watch.Once(Token));
    }
}
