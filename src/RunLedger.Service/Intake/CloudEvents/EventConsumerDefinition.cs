using MassTransit;
using MassTransit.Serialization;
using RunLedger.Broker;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.CloudEvents;

/// <summary>The queue of CloudEvents, beside that of observations: <c>run-ledger-events</c>.</summary>
sealed class EventConsumerDefinition : ConsumerDefinition<EventConsumer>
{
    /// <summary>What its name ends with, after that of the ledger's own queue.</summary>
    public const string Suffix = "-events";

    readonly RunLedgerOptions _options;

    public EventConsumerDefinition(RunLedgerOptions options)
    {
        _options = options;
        EndpointName = options.QueueName + Suffix;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<EventConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 64;
        endpointConfigurator.PublishFaults = false;
        endpointConfigurator.ConfigureConsumeTopology = false;
        // Also what MassTransit would read itself.
        endpointConfigurator.AddDeserializer(new EventDeserializer(SystemTextJsonMessageSerializer.JsonContentType));
        endpointConfigurator.AddDeserializer(new EventDeserializer(LedgerEndpoint.Plain), isDefault: true);
        // What is no event is set aside; what fails for an unforeseen reason goes back, and in the end to the error
        // queue.
        endpointConfigurator.RethrowFaultedMessages();
        if (endpointConfigurator is not IRabbitMqReceiveEndpointConfigurator rabbit)
            return;
        rabbit.KeepUntil(_options, _options.QueueName + Suffix, deadLettersTo: _options.ErrorQueue);
        BatchedDeliveries.Configure(rabbit);
    }
}
