using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Scheduling;

namespace RunLedger.IntegrationTests.Scheduling;

public sealed class RecurringReplicaTests
{
    static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_recurring_message_comes_once_a_beat_however_many_replicas_register_it()
    {
        await using var site = await LedgerSite.Create();
        await using var inbox = await Inbox.Open(site.Broker, "beats");
        using var first = await Replica(site);
        using var second = await Replica(site);

        await inbox.Has(10);
        await Task.WhenAll(first.StopAsync(), second.StopAsync());

        // The number is the beat the message was due on.
        Assert.Equal(inbox.Numbers.Count, inbox.Numbers.Distinct().Count());
        Assert.Equal(inbox.Ids.Count, inbox.Ids.Distinct().Count());
        Assert.Equal(["1"], await site.List("select count(*)::text from scheduled_message "
            + "where destination is distinct from 'exchange:run-ledger-control'"));
    }

    [Fact]
    public async Task A_changed_period_takes_effect_at_the_next_start()
    {
        await using var site = await LedgerSite.Create();
        await using var inbox = await Inbox.Open(site.Broker, "beats");
        using (var slow = await Replica(site, TimeSpan.FromDays(1)))
        {
            await Eventually.Async(
                async () => await site.List("select repeat_every::text from scheduled_message "
                    + "where destination is distinct "
                    + "from 'exchange:run-ledger-control'") is ["1 day"] ? null : "not registered",
                TimeSpan.FromSeconds(30));
            await slow.StopAsync();
        }

        using var fast = await Replica(site);
        await inbox.Has(2);
        await fast.StopAsync();

        Assert.Equal(["00:00:00.3"], await site.List("select repeat_every::text from scheduled_message "
            + "where destination is distinct from 'exchange:run-ledger-control'"));
    }

    static async Task<IHost> Replica(LedgerSite site, TimeSpan? every = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddRunLedger(options => options.Postgres = site.Postgres);
            bus.AddRecurring(
                "beat", _ => every ?? Beat, _ => new Uri("queue:beats"),
                due => new Numbered
                {
                    Number = (int)(due.ToUnixTimeMilliseconds() / (long)Beat.TotalMilliseconds % 1_000_000),
                });
            bus.UsingRabbitMq((context, transport) =>
            {
                transport.Host(site.Broker);
                transport.ConfigureEndpoints(context);
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
