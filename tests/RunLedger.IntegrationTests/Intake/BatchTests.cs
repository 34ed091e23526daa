using System.Text;
using System.Text.Json.Nodes;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake;

/// <summary>Several observations in one message, on the broker and the database.</summary>
public sealed class BatchTests
{
    [Fact]
    public async Task A_ledger_killed_amid_messages_of_many_and_of_one_loses_nothing_and_counts_nothing_twice()
    {
        var traffic = new Traffic(23);
        var sent = traffic.Runs(500);
        var expected = Oracle.Rows(sent);
        await using var site = await LedgerSite.Create();
        await (await site.Start()).Stop();
        var stream = traffic.Disturbed(sent);
        var alone = stream.Length / 20;
        await site.Publisher.Send(stream[..alone]);
        var messages = alone + await site.Publisher.SendTogether(stream[alone..], most: 40);
        Assert.Equal((uint)messages, await site.Publisher.Waiting(LedgerSite.Queue));
        var slow = new Dictionary<string, string>(LedgerSite.Slow) { ["RunLedger__PrefetchCount"] = "20" };

        for (var time = 1; time <= 3; time++)
        {
            var ledger = await site.Start(slow, ready: false);
            await site.MidLoad(taken: 60);
            await ledger.Kill();
            Assert.True(
                await site.Publisher.Waiting(LedgerSite.Queue) > 0, $"Killed for the {time}. time when all was done.");
        }

        await site.Start();
        await site.Settle(expected);
    }

    [Fact]
    public async Task However_its_publisher_says_what_it_is_each_counts_and_the_bad_one_among_them_is_set_aside()
    {
        var traffic = new Traffic(24);
        List<Sent>[] batches = [.. Enumerable.Range(0, 4).Select(_ => traffic.Runs(3))];
        var expected = Oracle.Rows([.. batches.SelectMany(batch => batch)]);
        await using var site = await LedgerSite.Create();
        await site.Start();

        await site.Publisher.Send(
            Sent.Together, "", Bytes(WithBad(batches[0], "plain")), "application/json");
        await site.Publisher.Send(
            Sent.Together,
            "",
            Bytes(Sent.Envelope(WithBad(batches[1], "wrapped"), Sent.Together)),
            "application/vnd.masstransit+json");
        await site.Publisher.Send(
            "", LedgerSite.Queue, Bytes(WithBad(batches[2], "typed")), "application/json", type: "RunObservations");
        var cloudEvent = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = "1",
            ["source"] = "/tests",
            ["type"] = "RunObservations",
            ["data"] = WithBad(batches[3], "event"),
        };
        await site.Publisher.Send("", LedgerSite.Queue, Bytes(cloudEvent), "application/cloudevents+json");

        await site.Settle(expected, rejected: 4);
        Assert.Equal(
            ["event", "plain", "typed", "wrapped"],
            await site.List(
                """
                select convert_from(payload, 'UTF8')::jsonb ->> 'sourceSystem' from rejected_observation
                where contract = 'RunStarted' and origin = 'run-ledger' and reason like 'sourceSystem%' order by 1
                """));
    }

    static JsonObject WithBad(List<Sent> batch, string source) => Sent.Batch(
        [.. batch[..1], batch[0] with { Contract = "RunStarted", Source = source }, .. batch[1..]]);

    static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
