using RabbitMQ.Client;
using RunLedger.Broker;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.Journal;

namespace RunLedger.IntegrationTests.Journal;

public sealed class JournalStreamTests
{
    const string Stream = "run-ledger-journal";

    static readonly JournalLimits Limits = new(TimeSpan.FromDays(1), 10_000_000, 1_000_000);

    [Fact]
    public async Task A_stream_that_is_there_is_kept_as_it_is_and_bound()
    {
        await using var host = await VirtualHost.Create();

        Assert.Null(await Declare(host, Limits));
        Assert.Null(await Declare(host, Limits));
        var other = await Declare(host, Limits with { MaxAge = TimeSpan.FromDays(2) });

        Assert.StartsWith(
            "The stream run-ledger-journal is there with other arguments", other, StringComparison.Ordinal);
        Assert.Equal("86400s", (await host.Arguments(Stream))["x-max-age"]);
        await using var publisher = new Publisher(host.Address);
        // Mandatory: it fails where nothing is bound.
        await publisher.Send("RunLedger.Contracts:RunStarted", "", "{}"u8.ToArray(), "application/json");
        await publisher.Send("RunLedger.Contracts:RunObservations", "", "{}"u8.ToArray(), "application/json");
        await using var reader = new JournalReader(
            BrokerAddress.Parse($"{host.Address}"), Stream, TimeProvider.System);
        Assert.Equal(new(0, 1), await reader.Ends(CancellationToken.None));
    }

    [Fact]
    public async Task A_queue_of_the_streams_name_gets_nothing_and_is_named()
    {
        await using var host = await VirtualHost.Create();
        await using (var broker = await new ConnectionFactory { Uri = host.Address }.CreateConnectionAsync())
        await using (var channel = await broker.CreateChannelAsync())
        {
            await channel.QueueDeclareAsync(Stream, durable: true, exclusive: false, autoDelete: false);
            await channel.BasicPublishAsync("", Stream, "{}"u8.ToArray());
        }

        var fault = await Declare(host, Limits);

        Assert.StartsWith(
            "There is a queue run-ledger-journal that is no stream: nothing is recorded.",
            fault,
            StringComparison.Ordinal);
        await using var reader = new JournalReader(
            BrokerAddress.Parse($"{host.Address}"), Stream, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<JournalException>(() => reader.Ends(CancellationToken.None));
        Assert.Contains("no stream", refused.Message, StringComparison.Ordinal);
    }

    static Task<string?> Declare(VirtualHost host, JournalLimits limits) => JournalStream.Declare(
        BrokerAddress.Parse($"{host.Address}"), new RunLedgerOptions(), limits, CancellationToken.None);
}
