using MassTransit;

namespace RunLedger.Intake;

/// <summary>On the error queue.</summary>
sealed class FaultedConsumerDefinition : ConsumerDefinition<FaultedConsumer>
{
    public FaultedConsumerDefinition(RunLedgerOptions options) => EndpointName = $"{options.QueueName}_error";

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<FaultedConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.ConfigureFaulted();
}
