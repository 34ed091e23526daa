using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Scheduling;

/// <summary>Somebody's saga and somebody's retries, unchanged, with the ledger as their scheduler.</summary>
public sealed class OtherServiceTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_saga_schedules_its_timeout_and_unschedules_it()
    {
        await using var harness = await SchedulerHarness.Start(bus =>
            bus.AddSagaStateMachine<OrderMachine, Order>().InMemoryRepository());
        var (forgotten, paid) = (NewId.NextGuid(), NewId.NextGuid());

        await harness.Harness.Bus.Publish(new OrderPlaced(paid), Cancel);
        await harness.Harness.Bus.Publish(new OrderPlaced(forgotten), Cancel);
        await harness.Wait(() => harness.List(
            "select token from scheduled_message where destination is not 'exchange:run-ledger-control'").Count == 2);
        await harness.Harness.Bus.Publish(new OrderPaid(paid), Cancel);
        await harness.Wait(() => harness.List(
            "select token from scheduled_message where destination is not 'exchange:run-ledger-control'").Count == 1);
        await harness.Advance(() => !harness.Heard.IsEmpty, TimeSpan.FromMinutes(1));

        Assert.Equal([$"expired {forgotten}"], harness.Heard);
    }

    [Fact]
    public async Task Scheduled_redelivery_tries_again_after_its_intervals()
    {
        await using var harness = await SchedulerHarness.Start(
            bus => bus.AddConsumer<FlakyConsumer, FlakyDefinition>());

        await harness.Harness.Bus.Publish(new Reminder { Text = "again" }, Cancel);
        await harness.Advance(() => harness.Heard.Count == 3, TimeSpan.FromMinutes(1));

        Assert.Equal(["redelivered 0", "redelivered 1", "redelivered 2"], harness.Heard);
    }

    sealed class FlakyConsumer(SchedulerHarness.Notes heard) : IConsumer<Reminder>
    {
        public Task Consume(ConsumeContext<Reminder> context)
        {
            heard.Enqueue($"redelivered {context.GetRedeliveryCount()}");
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
                redelivery => redelivery.Intervals(TimeSpan.FromMinutes(5), TimeSpan.FromHours(2)));
    }
}

public sealed record OrderPlaced(Guid OrderId);

public sealed record OrderPaid(Guid OrderId);

public sealed record OrderExpired(Guid OrderId);

sealed class Order : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }
    public string? CurrentState { get; set; }
    public Guid? ExpiryToken { get; set; }
}

sealed class OrderMachine : MassTransitStateMachine<Order>
{
    public OrderMachine(SchedulerHarness.Notes heard)
    {
        InstanceState(order => order.CurrentState);
        Event(() => Placed, e => e.CorrelateById(context => context.Message.OrderId));
        Event(() => Paid, e => e.CorrelateById(context => context.Message.OrderId));
        Schedule(() => Expiry, order => order.ExpiryToken, schedule =>
        {
            schedule.Delay = TimeSpan.FromMinutes(30);
            schedule.Received = e => e.CorrelateById(context => context.Message.OrderId);
        });
        Initially(When(Placed)
            .Schedule(Expiry, context => new OrderExpired(context.Message.OrderId))
            .TransitionTo(Waiting));
        During(
            Waiting,
            When(Paid).Unschedule(Expiry).Finalize(),
            When(Expiry.Received).Then(context => heard.Enqueue($"expired {context.Saga.CorrelationId}")).Finalize());
    }

    public Event<OrderPlaced> Placed { get; private set; } = null!;
    public Event<OrderPaid> Paid { get; private set; } = null!;
    public Schedule<Order, OrderExpired> Expiry { get; private set; } = null!;
    public State Waiting { get; private set; } = null!;
}
