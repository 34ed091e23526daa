using System.Text.Json;
using Microsoft.AspNetCore.Http;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Testing;

namespace RunLedger.IntegrationTests.Incidents;

/// <summary>People are told while the ledger is killed again and again, and their receiver with it.</summary>
public sealed class KilledTellerTests
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(10, 10, 1)]
    [InlineData(250, 40, 10, Explicit = true)]
    public async Task Every_edge_is_told_under_one_id_and_none_for_a_restart_and_no_end_before_its_beginning(
        int candidates, int runs, int kills)
    {
        var port = LedgerProcess.FreePort();
        var settings = new Dictionary<string, string>
        {
            ["Outward__AllowedNetworks__0"] = "127.0.0.0/8",
            ["Incidents__LookEvery"] = "00:00:00.500",
            ["Channels__RetryAfter"] = "00:00:00.100",
        };
        await using var site = await LedgerSite.Create();
        var taken = new List<(string Id, string Candidate, string Type)>();
        var receiver = await Receiver.Start(port: port);
        receiver.Answer = Failing(taken);
        await Arrange(site, $"{receiver.Address}/in", candidates, runs);
        var edges = candidates * runs;

        for (var kill = 1; kill <= kills; kill++)
        {
            var ledger = await site.Start(settings);
            await Eventually.Async(
                () => Task.FromResult(Ids(taken) < edges * kill / (kills + 1) ? $"{Ids(taken)} of {edges}" : null),
                Limit, () => site.Output);
            await ledger.Kill();
            if (kill % 3 == 0)
            {
                await receiver.DisposeAsync();
                receiver = await Receiver.Start(port: port);
                receiver.Answer = Failing(taken);
            }
        }

        await site.Start(settings);
        await Eventually.Async(
            async () => await Count(site, "delivered_at is null") is var waiting && waiting > 0
                || await Count(site, "true") < edges ? $"{Ids(taken)} of {edges} told" : null,
            Limit, () => site.Output);
        await site.Stop();
        await receiver.DisposeAsync();

        Assert.Equal(edges, Ids(taken));
        foreach (var chain in taken.GroupBy(one => one.Candidate))
        {
            // What was sent twice, because nobody knew, had the same id; by first arrival they alternate.
            Assert.Equal(
                Enumerable.Repeat((string[])["incident.opened", "incident.recovered"], runs / 2).SelectMany(two => two),
                chain.DistinctBy(one => one.Id).Select(one => one.Type));
        }
    }

    static int Ids(List<(string Id, string Candidate, string Type)> taken)
    {
        lock (taken)
            return taken.Select(one => one.Id).Distinct().Count();
    }

    static Func<HttpContext, string, Task> Failing(List<(string Id, string Candidate, string Type)> taken) =>
        (http, body) =>
        {
#pragma warning disable CA5394 // which ones fail is no secret
            if (Random.Shared.Next(10) < 3)
#pragma warning restore CA5394
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return Task.CompletedTask;
            }

            using var json = JsonDocument.Parse(body);
            lock (taken)
            {
                taken.Add((
                    $"{http.Request.Headers["Idempotency-Key"]}",
                    json.RootElement.GetProperty("data").GetProperty("candidate").GetString()!,
                    json.RootElement.GetProperty("type").GetString()!));
            }

            return Task.CompletedTask;
        };

    static async Task Arrange(LedgerSite site, string address, int candidates, int runs)
    {
        await using var command = site.Database.CreateCommand(
            $$"""
              insert into incident_channel (name, kind, settings, secrets, put_at, put_by)
              values ('ops', 'webhook', '{}', '{"address":"{{address}}"}', now(), 'anna');
              insert into incident_rule (name, candidate, condition, hold_seconds, armed_at, armed_by, alike)
              values ('failures', '*', 'failed', 0, now() - interval '1 hour', 'anna', 'a');
              insert into incident_rule_channel values ('failures', 'ops');
              insert into process_run_observation
                (process_run_id, process_candidate_code, correlation_id, status, source_system, ended_at, settled_at)
              select gen_random_uuid(), 'P' || c, 'c', case when r % 2 = 0 then 'failed' else 'completed' end,
                'dot_runtime', now(),
                now() - interval '30 minutes' + r * interval '1 second' + c * interval '1 millisecond'
              from generate_series(0, {{candidates - 1}}) c, generate_series(0, {{runs - 1}}) r
              """);
        await command.ExecuteNonQueryAsync();
    }

    static async Task<int> Count(LedgerSite site, string where) => int.Parse(
        (await site.List($"select count(*)::text from incident_delivery where {where}"))[0],
        System.Globalization.CultureInfo.InvariantCulture);
}
