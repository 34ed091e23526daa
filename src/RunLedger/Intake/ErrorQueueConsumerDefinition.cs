using MassTransit;

namespace RunLedger.Intake;

/// <summary>On the error queue.</summary>
sealed class ErrorQueueConsumerDefinition : ConsumerDefinition<ErrorQueueConsumer>
{
    public ErrorQueueConsumerDefinition(RunLedgerOptions options) => EndpointName = $"{options.QueueName}_error";

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ErrorQueueConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.ConfigureErrorQueue();
}
