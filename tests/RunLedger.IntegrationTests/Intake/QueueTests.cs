using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake;

public sealed class QueueTests
{
    static readonly Sent Started = new(
        "RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)));

    [Theory]
    [InlineData("application/json")]
    [InlineData(null)]
    public async Task A_message_from_a_publisher_that_is_not_dotnet_becomes_a_row(string? contentType)
    {
        if (!Shell.Has("amqp-publish"))
            TestDatabase.Missing("amqp-publish is missing; Debian's package is amqp-tools.");
        await using var site = await LedgerSite.Create();
        await site.Start();

        await Shell.Run("amqp-publish",
            [$"--url={site.Broker}", "-e", Started.Exchange, "-r", "any", "-b", Started.Json().ToJsonString(),
                .. contentType is null ? Array.Empty<string>() : ["-C", contentType]]);

        await site.Settle(Oracle.Rows([Started]));
    }

    [Fact]
    public async Task Queues_that_an_earlier_version_declared_without_a_limit_are_used_as_they_are_and_said()
    {
        await using var site = await LedgerSite.Create();
        await using (var connection = await new ConnectionFactory { Uri = site.Broker }.CreateConnectionAsync())
        await using (var channel = await connection.CreateChannelAsync())
        {
            foreach (var queue in (string[])[LedgerSite.ErrorQueue, LedgerSite.Queue + "-control"])
            {
                await channel.QueueDeclareAsync(
                    queue,
                    durable: true,
                    exclusive: false,
                    autoDelete: false,
                    new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            }
        }

        var ledger = await site.Start();
        await site.Publisher.Send("", LedgerSite.ErrorQueue, "not JSON"u8.ToArray(), "application/json");
        await site.Publisher.Send([Started]);

        Assert.Contains(
            "run-ledger_error and run-ledger-control are of an earlier version",
            ledger.Everything,
            StringComparison.Ordinal);
        await site.Settle(Oracle.Rows([Started]), rejected: 1);
    }

    [Fact]
    public async Task The_queues_are_declared_so_that_nothing_is_lost_and_nothing_goes_round_for_ever()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        await ledger.Stop();
        var queue = await site.Host!.Arguments(LedgerSite.Queue);
        var errors = await site.Host!.Arguments(LedgerSite.ErrorQueue);
        var control = await site.Host!.Arguments(LedgerSite.Queue + "-control");
        var scheduler = await site.Host!.Arguments(LedgerSite.Queue + "-scheduler");

        foreach (var (arguments, place) in ((Dictionary<string, string>, string)[])
            [(queue, LedgerSite.ErrorQueue), (control, LedgerSite.ErrorQueue), (errors, LedgerSite.Queue + "_dead")])
        {
            Assert.Equal("quorum", arguments["x-queue-type"]);
            Assert.Equal("10000", arguments["x-delivery-limit"]);
            Assert.Equal(place, arguments["x-dead-letter-exchange"]);
            Assert.Equal("at-least-once", arguments["x-dead-letter-strategy"]);
        }

        Assert.Equal("quorum", (await site.Host!.Arguments(LedgerSite.Queue + "_dead"))["x-queue-type"]);
        // As those declare it who send to `queue:run-ledger-scheduler`; newer brokers note their default type.
        Assert.Empty(scheduler.Except([KeyValuePair.Create("x-queue-type", "classic")]));
    }
}
