using MassTransit;
using RunLedger.Contracts;
using RunLedger.Intake;

namespace RunLedger.Direct;

/// <summary>
/// On the same queue as the saga. What is consumed is not what is published, so the queue is bound here.
/// </summary>
sealed class ObservationBatchConsumerDefinition : ConsumerDefinition<ObservationBatchConsumer>
{
    readonly bool _bound;

    public ObservationBatchConsumerDefinition(RunLedgerOptions options)
    {
        EndpointName = options.QueueName;
        _bound = options.BindContracts;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ObservationBatchConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        if (endpointConfigurator is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            if (_bound)
                rabbit.Bind<RunObservations>();
        }
        else if (endpointConfigurator is IInMemoryReceiveEndpointConfigurator memory)
            memory.Bind<RunObservations>();
    }
}
