using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
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

    [Fact]
    public async Task The_stream_of_a_ledger_that_was_divided_gets_what_is_routed_to_it_alone()
    {
        await using var host = await VirtualHost.Create();
        Assert.Null(await Declare(host, Limits));

        Assert.Null(await Declare(host, Limits, new() { BindContracts = false }));

        await using var broker = await new ConnectionFactory { Uri = host.Address }.CreateConnectionAsync();
        await using var channel = await broker.CreateChannelAsync(new(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        // Mandatory: it fails where nothing is bound.
        await Assert.ThrowsAnyAsync<PublishException>(async () => await channel.BasicPublishAsync(
            "RunLedger.Contracts:RunStarted", "", mandatory: true, "{}"u8.ToArray()));
        await channel.BasicPublishAsync("run-ledger", "", mandatory: true, "{}"u8.ToArray());
    }

    static Task<string?> Declare(VirtualHost host, JournalLimits limits, RunLedgerOptions? ledger = null) =>
        JournalStream.Declare(
            BrokerAddress.Parse($"{host.Address}"), ledger ?? new(), limits, CancellationToken.None);
}
