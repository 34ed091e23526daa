using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Outages;

/// <summary>
/// A connection to the broker that is lost while a message is under way: what else was consumed on it comes back.
/// </summary>
public sealed class LostConnectionTests
{
    const int Times = 3;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    static readonly string[] Queues =
        [LedgerSite.Queue, LedgerSite.ErrorQueue, $"{LedgerSite.Queue}-control", $"{LedgerSite.Queue}-scheduler"];

    const string Events = $"{LedgerSite.Queue}-events";

    [Fact(Explicit = true)]
    public async Task All_queues_are_consumed_again_after_it_was_lost_while_the_database_was_away()
    {
        var sent = new Traffic(64).Runs(5);
        await using var postgres = await OwnPostgres.Create();
        var host = await VirtualHost.Create();
        await using var site = new LedgerSite(postgres.ConnectionString, host.Address, host);
        await site.Preload([]);
        var ledger = await site.Start();
        await postgres.Stop();
        // Both wait for the database.
        foreach (var queue in (string[])[LedgerSite.ErrorQueue, Events])
        {
            await site.Publisher.Send("", queue, "not JSON"u8.ToArray(), "application/json");
            await UnderWay(host, queue);
        }

        for (var time = 0; time < Times; time++)
            await Cut(host, () => ledger.Output);
        await Consumed(site, [.. Queues, Events], () => ledger.Output);
        await postgres.Start();

        await site.Publisher.Send(sent);
        await site.Settle(Oracle.Rows(sent), rejected: 2);
    }

    [Fact(Explicit = true)]
    public async Task The_ledger_of_a_host_consumes_again_while_another_consumer_of_the_host_is_still_at_its_message()
    {
        await using var site = await LedgerSite.Create();
        using var host = await OtherService.Start(site.Broker, bus =>
        {
            bus.AddConsumer<Busy>().Endpoint(endpoint => endpoint.Name = Busy.Queue);
            bus.AddRunLedger(options =>
            {
                options.Postgres = site.Postgres;
                options.QueueName = LedgerSite.Queue;
            });
        });
        try
        {
            await host.Services.GetRequiredService<IBus>().Publish(new Work());
            await UnderWay(site.Host!, Busy.Queue);

            for (var time = 0; time < Times; time++)
                await Cut(site.Host!, () => "");

            await Consumed(site, Queues, () => "");
        }
        finally
        {
            Busy.Done.TrySetResult();
        }

        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    static Task UnderWay(VirtualHost host, string queue) => Eventually.Async(
        async () => await host.Unacknowledged(queue) > 0 ? null : $"nothing of {queue} is under way", Limit, () => "");

    static Task Cut(VirtualHost host, Func<string> more) => Eventually.Async(
        async () => await host.CutConnections() > 0 ? null : "nobody is connected", Limit, more);

    static Task Consumed(LedgerSite site, string[] queues, Func<string> more) => Eventually.Async(
        async () =>
        {
            foreach (var queue in queues)
            {
                if (await site.Publisher.Consumers(queue) == 0)
                    return $"nobody consumes {queue}";
            }

            return null;
        },
        Limit,
        more);

    public sealed record Work;

    /// <summary>Takes long over its message.</summary>
    public sealed class Busy : IConsumer<Work>
    {
        public const string Queue = "busy";

        public static TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Consume(ConsumeContext<Work> context) => Done.Task;
    }
}
