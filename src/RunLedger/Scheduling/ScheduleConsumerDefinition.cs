using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Batching;
using RunLedger.Broker;
using RunLedger.Intake;

namespace RunLedger.Scheduling;

/// <summary>
/// The scheduler's queue. On RabbitMQ it has no arguments, unlike the ledger's other queues: who sends to
/// <c>queue:run-ledger-scheduler</c> declares it too, without any, and RabbitMQ refuses the one that comes second where
/// they differ.
/// </summary>
sealed class ScheduleConsumerDefinition : ConsumerDefinition<ScheduleConsumer>
{
    readonly RunLedgerOptions _options;

    public ScheduleConsumerDefinition(RunLedgerOptions options)
    {
        _options = options;
        EndpointName = options.SchedulerQueue;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ScheduleConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = _options.PrefetchCount;
        endpointConfigurator.PublishFaults = false;
        endpointConfigurator.AddDeserializer(new ScheduleDeserializer(), isDefault: true);
        // Commands are sent here; what others publish to their own scheduler is not for us.
        endpointConfigurator.ConfigureConsumeTopology = false;
        var setAside = new RejectFilter(
            context.GetRequiredService<GroupCommitter>(), context.GetRequiredService<Rejections>());
        endpointConfigurator.ConfigureError(error => error.UseFilter(setAside));
        endpointConfigurator.ConfigureDeadLetter(skipped => skipped.UseFilter(setAside));
        if (endpointConfigurator is IRabbitMqReceiveEndpointConfigurator rabbit)
            BatchedDeliveries.Configure(rabbit);
    }
}
