using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RunLedger.Broker;
using RunLedger.Cli.Transport;
using RunLedger.Client;
using RunLedger.Client.Sending;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake;

/// <summary>Senders that have several observations in hand.</summary>
public sealed class TogetherTests
{
    const int Kilobyte = 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_one_request_has_is_published_together_unless_that_is_turned_off(bool together)
    {
        var sent = new Traffic(31).Runs(10);
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start(new() { ["Intake__PublishTogether"] = $"{together}" });
        await using var tap = await Tap.Open(site.Broker, Sent.Together);

        var (status, _, body) = await ledger.Post(
            "/api/observations", $"[{string.Join(',', sent.Select(one => one.Line()))}]");

        Assert.True(status == 202, body);
        Assert.Equal(together ? [sent.Count] : [], (await tap.Batches()).Select(batch => batch.Observations));
        await site.Settle(Oracle.Rows(sent));
    }

    [Theory]
    [InlineData("bus")]
    [InlineData("tool")]
    public async Task What_waits_together_is_published_together_below_512_KB(string sender)
    {
        var sent = Large(new Traffic(32).Runs(100));
        await using var site = await LedgerSite.Create();
        await site.Start();
        await using var tap = await Tap.Open(site.Broker, Sent.Together);
        await using var transport = await Transport(sender, site);

        await Send(transport, sent);

        var batches = await tap.Batches();
        Assert.InRange(batches.Sum(batch => batch.Observations), sent.Count - 20, sent.Count);
        Assert.InRange(batches.Count, 2, sent.Count / 5);
        Assert.All(batches, batch => Assert.InRange(batch.Bytes, 1, 512 * Kilobyte));
        await site.Settle(Oracle.Rows(sent));
    }

    [Theory]
    [InlineData("bus", true)]
    [InlineData("tool", true)]
    [InlineData("tool", false)]
    public async Task A_ledger_of_before_gets_them_one_by_one(string sender, bool exchange)
    {
        List<Sent> first = new Traffic(33).Runs(20), second = new Traffic(34).Runs(20);
        await using var site = await LedgerSite.Create();
        await site.Start();
        if (exchange)
            await site.Publisher.Bind(Sent.Together, LedgerSite.Queue, bound: false);
        else
            await site.Publisher.Delete(Sent.Together);
        await using var transport = await Transport(sender, site);

        await Send(transport, first);
        await using var tap = exchange ? await Tap.Open(site.Broker, Sent.Together) : null;
        await Send(transport, second);

        // Not tried again: now it would not come back.
        Assert.Empty(tap is null ? [] : await tap.Batches());
        await site.Settle(Oracle.Rows([.. first, .. second]));
    }

    static List<Sent> Large(List<Sent> sent) =>
        [.. sent.Select((one, i) => one with { InputRef = new string('ä', i % 10 == 0 ? 5 * Kilobyte : 100) })];

    static async Task Send(OwnTransport transport, List<Sent> sent) => Assert.Empty(await transport.Inner.Send(
        sent.ConvertAll(one => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(one.Line())),
        TestContext.Current.CancellationToken));

    static async Task<OwnTransport> Transport(string sender, LedgerSite site)
    {
        if (sender == "tool")
        {
            var tool = new RabbitMqTransport(BrokerAddress.Parse(site.Broker.ToString()));
            return new(tool, tool);
        }

        var services = new ServiceCollection()
            .AddLogging()
            .AddMassTransit(bus => bus.UsingRabbitMq((_, transport) => transport.Host(site.Broker)))
            .BuildServiceProvider();
        var bus = services.GetRequiredService<IBusControl>();
        await bus.StartAsync(TestContext.Current.CancellationToken);
        return new(
            new BusTransport(bus, new RunLedgerClientOptions(), NullLogger<BusTransport>.Instance), services);
    }

    sealed record OwnTransport(ITransport Inner, IAsyncDisposable Owned) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Owned.DisposeAsync();
    }
}
