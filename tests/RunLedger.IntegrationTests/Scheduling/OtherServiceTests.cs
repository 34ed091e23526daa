using MassTransit;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Scheduling;

/// <summary>Sagas and retries of other services, unchanged, with the deployed ledger as their scheduler.</summary>
public sealed class OtherServiceTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_saga_schedules_its_timeout_and_unschedules_it_whichever_of_the_two_starts_first(
        bool ledgerFirst, bool replicated)
    {
        await using var site = await LedgerSite.Create(replicated);
        if (ledgerFirst)
            await site.Start();
        using var service = await OtherService.Start(
            site.Broker, bus => bus.AddSagaStateMachine<OrderMachine, Order>().InMemoryRepository());
        var bus = service.Services.GetRequiredService<IBus>();
        var heard = service.Services.GetRequiredService<OtherService.Heard>();
        var (forgotten, paid) = (NewId.NextGuid(), NewId.NextGuid());

        await bus.Publish(new OrderPlaced(paid, TimeSpan.FromHours(1)), Cancel);
        await bus.Publish(new OrderPlaced(forgotten, TimeSpan.FromSeconds(1)), Cancel);
        if (!ledgerFirst)
            await site.Start();
        await Waiting(site, 1);
        await bus.Publish(new OrderPaid(paid), Cancel);
        await Waiting(site, 0);
        await Eventually.Async(
            () => Task.FromResult(heard.IsEmpty ? "nothing expired" : null), TimeSpan.FromSeconds(30));

        Assert.Equal([$"expired {forgotten}"], heard);
        Assert.Empty(await LedgerRows.Rejected(site.Database));
        await service.StopAsync(Cancel);
    }

    [Fact]
    public async Task Scheduled_redelivery_tries_again_with_no_plug_in_on_the_broker()
    {
        await using var site = await LedgerSite.Create();
        await site.Start();
        using var service = await OtherService.Start(
            site.Broker, bus => bus.AddConsumer<FlakyConsumer, FlakyDefinition>());
        var heard = service.Services.GetRequiredService<OtherService.Heard>();

        await service.Services.GetRequiredService<IBus>().Publish(new Numbered { Number = 7 }, Cancel);
        await Eventually.Async(
            () => Task.FromResult(heard.Count < 3 ? string.Join(", ", heard) : null), TimeSpan.FromSeconds(60));

        Assert.Equal(["7 redelivered 0", "7 redelivered 1", "7 redelivered 2"], heard);
        await service.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_recurring_message_comes_again_and_again_until_it_is_paused_and_cancelled()
    {
        await using var site = await LedgerSite.Create();
        await site.Start();
        using var service = await OtherService.Start(
            site.Broker, bus => bus.AddConsumer<IdConsumer>().Endpoint(endpoint => endpoint.Name = "ticks"));
        var heard = service.Services.GetRequiredService<OtherService.Heard>();
        await using var scope = service.Services.CreateAsyncScope();
        var scheduler = scope.ServiceProvider.GetRequiredService<IRecurringMessageScheduler>();

        await scheduler.ScheduleRecurringSend(
            new Uri("queue:ticks"), new EverySecond(), new Numbered { Number = 1 }, Cancel);
        await Heard(2);
        Assert.Equal(heard.Count, heard.Distinct().Count());
        await scheduler.PauseScheduledRecurringSend("tick", "tests");
        await Schedules(site, "paused", 1);
        var before = heard.Count;
        await scheduler.ResumeScheduledRecurringSend("tick", "tests");
        await Heard(before + 2);
        await scheduler.CancelScheduledRecurringSend("tick", "tests");
        await Schedules(site, "true", 0);

        Assert.Empty(await LedgerRows.Rejected(site.Database));
        await service.StopAsync(Cancel);

        Task Heard(int messages) => Eventually.Async(
            () => Task.FromResult(heard.Count < messages ? $"{heard.Count} of {messages}" : null),
            TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_database_that_is_away_only_delays()
    {
        var postgres = await OwnPostgres.Create();
        var host = await VirtualHost.Create();
        await using var site = new LedgerSite(postgres.ConnectionString, host.Address, host, postgres);
        await using var inbox = await Inbox.Open(site.Broker, "inbox");
        var ledger = await site.Start();
        using var service = await OtherService.Start(site.Broker, _ => { });
        await postgres.Stop();
        await using (var scope = service.Services.CreateAsyncScope())
        {
            var scheduler = scope.ServiceProvider.GetRequiredService<IMessageScheduler>();
            await Task.WhenAll(Enumerable.Range(0, 200).Select(number => scheduler.ScheduleSend(
                new Uri("queue:inbox"),
                TimeProvider.System.GetUtcNow().UtcDateTime,
                new Numbered { Number = number },
                Cancel)));
        }

        await Eventually.Async(
            () => Task.FromResult(
                ledger.Everything.Contains("The database cannot be used", StringComparison.Ordinal)
                && ledger.Everything.Contains("Scheduled messages cannot be read", StringComparison.Ordinal)
                    ? null
                    : "it has not noticed"),
            TimeSpan.FromSeconds(30), () => ledger.Output);
        await postgres.Start();
        await inbox.Has(200, () => ledger.Output);

        Assert.Equal(200, inbox.Ids.Distinct().Count());
        Assert.Empty(await LedgerRows.Rejected(site.Database));
        await service.StopAsync(Cancel);
    }

    static Task Waiting(LedgerSite site, long messages) => Eventually.Async(
        async () => await Numbered.Waiting(site.Database) is var left && left == messages
            ? null
            : $"{left} wait, not {messages}",
        TimeSpan.FromSeconds(60));

    static Task Schedules(LedgerSite site, string where, int expected) => Eventually.Async(
        async () =>
            (await site.List($"select token::text from scheduled_message where schedule is not null and {where}")).Count
                is var found && found == expected
                ? null
                : $"{found} schedules",
        TimeSpan.FromSeconds(30));

    sealed class EverySecond : DefaultRecurringSchedule
    {
        public EverySecond() =>
            (ScheduleId, ScheduleGroup, CronExpression, TimeZoneId) = ("tick", "tests", "* * * ? * *", "Europe/Berlin");
    }

    sealed class IdConsumer(OtherService.Heard heard) : IConsumer<Numbered>
    {
        public Task Consume(ConsumeContext<Numbered> context)
        {
            heard.Enqueue($"{context.MessageId}");
            return Task.CompletedTask;
        }
    }

    sealed class FlakyConsumer(OtherService.Heard heard) : IConsumer<Numbered>
    {
        public Task Consume(ConsumeContext<Numbered> context)
        {
            heard.Enqueue($"{context.Message.Number} redelivered {context.GetRedeliveryCount()}");
            return heard.Count < 3 ? throw new InvalidOperationException("Not yet.") : Task.CompletedTask;
        }
    }

    sealed class FlakyDefinition : ConsumerDefinition<FlakyConsumer>
    {
        protected override void ConfigureConsumer(
            IReceiveEndpointConfigurator endpointConfigurator,
            IConsumerConfigurator<FlakyConsumer> consumerConfigurator,
            IRegistrationContext context) =>
            endpointConfigurator.UseScheduledRedelivery(
                redelivery => redelivery.Intervals(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(300)));
    }

    public sealed record OrderPlaced(Guid OrderId, TimeSpan Patience);

    public sealed record OrderPaid(Guid OrderId);

    public sealed record OrderExpired(Guid OrderId);

    public sealed class Order : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string? CurrentState { get; set; }
        public Guid? ExpiryToken { get; set; }
    }

    sealed class OrderMachine : MassTransitStateMachine<Order>
    {
        public OrderMachine(OtherService.Heard heard)
        {
            InstanceState(order => order.CurrentState);
            Event(() => Placed, e => e.CorrelateById(context => context.Message.OrderId));
            Event(() => Paid, e => e.CorrelateById(context => context.Message.OrderId));
            Schedule(() => Expiry, order => order.ExpiryToken, schedule =>
                schedule.Received = e => e.CorrelateById(context => context.Message.OrderId));
            Initially(When(Placed)
                .Schedule(
                    Expiry, context => new OrderExpired(context.Message.OrderId), context => context.Message.Patience)
                .TransitionTo(Waiting));
            During(
                Waiting,
                When(Paid).Unschedule(Expiry).Finalize(),
                When(Expiry.Received).Then(context => heard.Enqueue($"expired {context.Saga.CorrelationId}"))
                    .Finalize());
        }

        public Event<OrderPlaced> Placed { get; private set; } = null!;
        public Event<OrderPaid> Paid { get; private set; } = null!;
        public Schedule<Order, OrderExpired> Expiry { get; private set; } = null!;
        public State Waiting { get; private set; } = null!;
    }
}
