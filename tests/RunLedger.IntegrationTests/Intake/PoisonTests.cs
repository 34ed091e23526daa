using System.Text;
using NpgsqlTypes;
using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake;

public sealed class PoisonTests
{
    [Fact]
    public async Task Poison_among_a_thousand_good_messages_is_rejected_with_its_reason_and_harms_nobody()
    {
        var traffic = new Traffic(5);
        var sent = traffic.Runs(250)[..1_000];
        var expected = Oracle.Rows(sent);
        var poisons = Poison.All();
        await using var site = await LedgerSite.Create();
        // All of it waits, so that good and bad come in one batch.
        await site.Preload(sent[..500]);
        foreach (var poison in poisons)
            await site.Publisher.Send(
                poison.Exchange, poison.RoutingKey, poison.Payload, poison.ContentType, poison.Type);
        await site.Publisher.Send(sent[500..]);

        await site.Start();

        await site.Settle(expected, rejected: poisons.Count);
        foreach (var poison in poisons)
        {
            var head = poison.Body[..Math.Min(60, poison.Body.Length)];
            var row = Assert.Single(await Rejected(site, poison.Payload));
            Assert.True(row.Origin == LedgerSite.Queue, $"{head} came from {row.Origin}: {row.Reason}");
            Assert.True(row.Contract == poison.Contract, $"{head} is of {row.Contract}: {row.Reason}");
            Assert.True(row.Reason.Contains(poison.Reason, StringComparison.Ordinal), $"{head}: {row.Reason}");
        }
    }

    [Fact]
    public async Task A_detail_that_no_table_holds_costs_no_run_and_is_a_warning_of_it()
    {
        string[] details =
        [
            """ "inputRef": "a\u0000b" """, """ "inputRef": "a\ud800b" """, """ "evidenceRef": {"a": "\u0000"} """,
            """ "evidenceRef": ["\ud800"] """, """ "evidenceRef": 1e400 """, """ "attempt": "many" """,
            $""" "evidenceRef": "{new string('e', 5 * 1024 * 1024)}" """,
            $""" "evidenceRef": {new string('[', 200)}{new string(']', 200)} """,
        ];
        await using var site = await LedgerSite.Create();
        await site.Start();

        foreach (var detail in details)
        {
            var good = new Sent("RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
            await site.Publisher.Send(
                good.Exchange, Encoding.UTF8.GetBytes($"{{{detail},{good.Json().ToJsonString()[1..]}"), new());
        }

        await Eventually.Async(
            async () => await site.List(
                "select count(*)::text from process_run_observation where status = 'started' "
                + "and evidence_ref -> 'warnings' ->> 0 like 'RunStarted at % was taken without a part of it%'")
                is [var count] && count == $"{details.Length}" ? null : "not all are there",
            TimeSpan.FromSeconds(20));
        Assert.Empty(await LedgerRows.Rejected(site.Database));
    }

    [Theory]
    [InlineData(LedgerSite.ErrorQueue, "")]
    [InlineData("", LedgerSite.ErrorQueue)]
    public async Task What_ends_in_the_error_queue_is_moved_to_where_people_look(string exchange, string routingKey)
    {
        await using var site = await LedgerSite.Create();
        await site.Start();

        await site.Publisher.Send(exchange, routingKey, "whatever it was"u8.ToArray(), "text/plain");

        await Eventually.Async(
            async () => (await Rejected(site, "whatever it was"u8.ToArray())).Count == 1 ? null : "it is not rejected",
            TimeSpan.FromSeconds(20));
        var row = Assert.Single(await Rejected(site, "whatever it was"u8.ToArray()));
        Assert.Equal(LedgerSite.ErrorQueue, row.Origin);
        Assert.NotEmpty(row.Reason);
        await site.Settle([], rejected: 1);
    }

    [Fact]
    public async Task What_fails_for_an_unforeseen_reason_is_rejected_through_the_error_queue_and_its_neighbours_land()
    {
        var sent = new Traffic(12).Runs(50);
        var expected = Oracle.Rows(sent);
        var refused = new Sent("RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var site = await LedgerSite.Create();
        await using (var rule = site.Database.CreateCommand(
            "alter table process_run_observation add constraint somebodys_rule "
            + $"check (process_run_id <> '{refused.RunId}')"))
            await rule.ExecuteNonQueryAsync();
        await site.Preload([.. sent[..100], refused, .. sent[100..]]);

        await site.Start();

        await Eventually.Async(
            async () => await LedgerRows.Rejected(site.Database) is [var row] ? Unexpected(row) : "it is not rejected",
            TimeSpan.FromSeconds(30));
        await site.Settle(expected, rejected: 1);
        Assert.Equal(["RunStarted"], (await Rejected(site)).Select(row => row.Contract));

        static string? Unexpected(string row) =>
            row.StartsWith($"{LedgerSite.ErrorQueue}: ", StringComparison.Ordinal)
            && row.Contains("somebodys_rule", StringComparison.Ordinal) ? null : row;
    }

    [Fact]
    public async Task What_the_broker_gives_up_is_rejected_under_its_contract()
    {
        var sent = new Sent("RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var site = await LedgerSite.Create();
        await site.Preload([sent]);
        // A policy's limit counts where it is below the queue's own.
        await site.Host!.LimitDeliveries(LedgerSite.Queue, 2);
        await site.Publisher.Requeue(LedgerSite.Queue, times: 3);

        await site.Start();

        await site.Settle([], rejected: 1);
        var row = Assert.Single(await Rejected(site, Encoding.UTF8.GetBytes(sent.Json().ToJsonString())));
        Assert.Equal(LedgerSite.ErrorQueue, row.Origin);
        Assert.Equal("RunStarted", row.Contract);
        Assert.Contains("delivery_limit", row.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Properties_that_make_no_sense_are_no_reason_to_refuse_a_message()
    {
        BasicProperties[] odd =
        [
            new() { MessageId = "no guid", CorrelationId = "no guid" },
            new() { ContentType = "no; such;; type" },
            new() { ContentType = "", ContentEncoding = "klingon" },
            new() { ReplyTo = "nobody", Expiration = "3600000", Timestamp = new AmqpTimestamp(long.MaxValue) },
            new()
            {
                Headers = new Dictionary<string, object?>
                {
                    ["MessageId"] = "x",
                    ["ConversationId"] = 5,
                    ["MT-Source-Address"] = "not an address",
                    ["traceparent"] = "00-zz",
                    ["n"] = null,
                },
            },
        ];
        var sent = odd.Select(
            _ => new Sent("RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero))).ToList();
        await using var site = await LedgerSite.Create();
        await site.Start();

        foreach (var (properties, one) in odd.Zip(sent))
            await site.Publisher.Send(one.Exchange, Encoding.UTF8.GetBytes(one.Json().ToJsonString()), properties);

        await site.Settle(Oracle.Rows(sent));
    }

    static async Task<List<(string Origin, string? Contract, string Reason)>> Rejected(
        LedgerSite site, byte[]? payload = null)
    {
        await using var command = site.Database.CreateCommand(
            "select origin, contract, reason from rejected_observation where payload = coalesce($1, payload)");
        command.Parameters.Add(new() { Value = (object?)payload ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, string?, string)>();
        while (await reader.ReadAsync())
            rows.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2)));
        return rows;
    }
}
