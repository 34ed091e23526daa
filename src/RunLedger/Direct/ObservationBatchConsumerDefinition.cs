using MassTransit;
using RunLedger.Contracts;
using RunLedger.Intake;

namespace RunLedger.Direct;

/// <summary>
/// On the same queue as the saga. What is consumed is not what is published, so the queue is bound here.
/// </summary>
sealed class ObservationBatchConsumerDefinition : ConsumerDefinition<ObservationBatchConsumer>
{
    public ObservationBatchConsumerDefinition(RunLedgerOptions options) => EndpointName = options.QueueName;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ObservationBatchConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        if (endpointConfigurator is IRabbitMqReceiveEndpointConfigurator rabbit)
            rabbit.Bind<RunObservations>();
        else if (endpointConfigurator is IInMemoryReceiveEndpointConfigurator memory)
            memory.Bind<RunObservations>();
    }
}
