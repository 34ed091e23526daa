using MassTransit;
using RunLedger.Contracts;

namespace RunLedger.Definitions;

/// <summary>On the ledger's own queue.</summary>
sealed class ProcessDefinedConsumerDefinition : ConsumerDefinition<ProcessDefinedConsumer>
{
    readonly bool _bound;

    // No limit of its own: MassTransit would put it on the whole endpoint.
    public ProcessDefinedConsumerDefinition(RunLedgerOptions options)
    {
        EndpointName = options.QueueName;
        _bound = options.BindContracts;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ProcessDefinedConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        // Whichever ledger has a candidate's runs, every one needs its definition.
        if (!_bound && endpointConfigurator is IRabbitMqReceiveEndpointConfigurator rabbit)
            rabbit.Bind<ProcessDefined>();
    }
}
