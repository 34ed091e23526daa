using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>What arrives at the queue of a real broker becomes rows of a real database, or is set aside.</summary>
public sealed class IntakeTests : IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    TestDatabase _database = null!;
    BrokerHost _broker = null!;
    LedgerProcess _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(applySchema: true);
        _broker = await BrokerHost.CreateAsync();
        _ledger = await LedgerProcess.Start(_database.ConnectionString, _broker.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ledger is not null)
            await _ledger.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task Shuffled_and_repeated_messages_become_the_rows_of_their_story()
    {
        var story = new Story(runs: 400, seed: 1);

        await Publisher.Send(_broker.Connect, story.Shuffled());

        await Eventually.Equal(story.Rows, () => Story.Stored(_database), Limit, () => _ledger.Output);
        await NothingSetAside();
        Assert.Equal(
            await _database.ListAsync("select status || count(*) from process_run_observation group by status order by status"),
            await _database.ListAsync("select status || sum(runs) from run_status_count group by status having sum(runs) > 0 order by status"));
    }

    [Fact]
    public async Task Poison_among_a_thousand_good_messages_is_set_aside_and_blocks_none()
    {
        var story = new Story(runs: 250, seed: 2);
        var good = new Story(1, 3).Shuffled()[0].Json;
        (string Body, string Reason)[] poison =
        [
            ("rubbish", "not JSON"),
            (With("processRunId", 5), "Not a RunStarted"),
            (With("occurredAt", "yesterday"), "Not a RunStarted"),
            (With("processRunId", $"{Guid.Empty}"), "empty GUID"),
            (With("sourceSystem", "nobody"), "not known"),
            (With("processCandidateCode", null), "missing"),
            (With("correlationId", "a\0b"), "NUL"),
            (good.ToJsonString().Replace("\"story-", "\"\\ud800-"), "surrogate"),
            (With("occurredAt", "0001-01-01T00:00:00Z"), "before 2000"),
            (With("occurredAt", "9999-12-31T23:59:59Z"), "ahead"),
            (With("evidenceRef", new string('x', 5 * 1024 * 1024)), "more than the"),
            (With("evidenceRef", JsonNode.Parse("[[[[[[]]]]]]")!).Replace("[[[[[[]]]]]]", new string('[', 200) + new string(']', 200)), "depth"),
            ("[1,2]", "JSON object"),
        ];

        await using var connection = await _broker.Connect();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var messages = story.Shuffled();
        var every = messages.Count / poison.Length;
        for (var n = 0; n < messages.Count; n++)
        {
            await Publisher.Send(channel, messages[n].Contract, messages[n].Json, plain: n % 2 == 0);
            if (n % every == 0 && n / every < poison.Length)
                await Publisher.Send(channel, "RunLedger.Contracts:RunStarted", poison[n / every].Body, "application/json");
        }

        await Publisher.Send(channel, "", good.ToJsonString(), "application/json", routingKey: "run-ledger");

        await Eventually.Equal(story.Rows, () => Story.Stored(_database), Limit, () => _ledger.Output);
        await Eventually.Equal(
            $"{poison.Length + 1}",
            async () => (await _database.ListAsync("select count(*) from rejected_observation"))[0], Limit, () => _ledger.Output);
        var set = await _database.ListAsync(
            "select coalesce(contract, '-') || ' ' || origin || ' ' || reason from rejected_observation");
        Assert.All(poison, bad => Assert.Contains(set, row => row.Contains(bad.Reason, StringComparison.OrdinalIgnoreCase)));
        Assert.Contains(set, row => row.Contains("names no contract", StringComparison.Ordinal));
        Assert.Equal(0u, await _broker.Depth("run-ledger_error"));

        string With(string member, JsonNode? value)
        {
            var json = (JsonObject)good.DeepClone();
            json[member] = value;
            return json.ToJsonString();
        }
    }

    [Fact]
    public async Task What_amqp_publish_sends_becomes_a_row()
    {
        var id = Guid.CreateVersion7();
        var body = $$"""
            {"processRunId":"{{id}}","processCandidateCode":"P","correlationId":"c","sourceSystem":"dot_runtime",
             "occurredAt":"2026-11-23T08:00:00.1234567+02:00"}
            """;

        using var publish = Process.Start(
            "amqp-publish", ["--url=" + _broker.Url, "-e", "RunLedger.Contracts:RunStarted", "-b", body]);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, publish.ExitCode);
        await Eventually.Equal(
            $"run|{id}|started|06:00:00.123456", () => Story.Stored(_database), Limit, () => _ledger.Output);
    }

    [Fact]
    public async Task What_is_in_the_error_queue_is_moved_to_where_people_look()
    {
        await using var connection = await _broker.Connect();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync(
            "run-ledger_error", "", mandatory: true,
            new BasicProperties
            {
                Headers = new Dictionary<string, object?>
                {
                    ["MT-Fault-Message"] = "the sky fell", ["MT-MessageType"] = "urn:message:RunLedger.Contracts:RunStarted",
                },
            },
            "{\"a\":1}"u8.ToArray());

        await Eventually.Equal(
            "RunStarted run-ledger_error {\"a\":1}",
            async () => (await _database.ListAsync(
                "select contract || ' ' || origin || ' ' || convert_from(payload, 'UTF8') from rejected_observation where reason like '%the sky fell%'"))
                .FirstOrDefault() ?? "",
            Limit,
            () => _ledger.Output);
        Assert.Equal(0u, await _broker.Depth("run-ledger_error"));
    }

    [Fact]
    public async Task The_queues_are_declared_to_lose_nothing()
    {
        var queue = JsonDocument.Parse(await _broker.Describe("run-ledger")).RootElement.GetProperty("arguments");
        var error = JsonDocument.Parse(await _broker.Describe("run-ledger_error")).RootElement.GetProperty("arguments");

        Assert.Equal("quorum", queue.GetProperty("x-queue-type").GetString());
        Assert.Equal(10_000, queue.GetProperty("x-delivery-limit").GetInt32());
        Assert.Equal("run-ledger_error", queue.GetProperty("x-dead-letter-exchange").GetString());
        Assert.Equal(["x-queue-type"], error.EnumerateObject().Select(argument => argument.Name));
    }

    [Fact]
    public async Task Ten_thousand_messages_for_one_run_share_commits()
    {
        var id = Guid.CreateVersion7();
        var messages = Enumerable.Range(0, 10_000).Select(n => ("RunHeartbeat", new JsonObject
        {
            ["processRunId"] = $"{id}", ["processCandidateCode"] = "P", ["correlationId"] = "c", ["sourceSystem"] = "dot_runtime",
            ["occurredAt"] = new DateTime(2026, 11, 1, 8, 0, 0, DateTimeKind.Utc).AddMilliseconds(n),
            ["evidenceRef"] = n,
        }));

        await Publisher.Send(_broker.Connect, messages);

        await Eventually.Equal(
            "9999",
            async () => (await _database.ListAsync("select evidence_ref #>> '{from,RunHeartbeat,value}' from process_run_observation"))
                .FirstOrDefault() ?? "",
            Limit,
            () => _ledger.Output);
        await Eventually.Equal(0u, () => _broker.Depth("run-ledger"), Limit);
        var commits = await _database.ListAsync("select xact_commit from pg_stat_database where datname = current_database()");
        Assert.InRange(int.Parse(commits[0], System.Globalization.CultureInfo.InvariantCulture), 1, 2_000);
    }

    async Task NothingSetAside()
    {
        Assert.Empty(await _database.ListAsync("select reason from rejected_observation"));
        Assert.Equal(0u, await _broker.Depth("run-ledger_error"));
    }
}
