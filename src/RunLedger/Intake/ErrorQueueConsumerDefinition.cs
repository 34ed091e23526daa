using MassTransit;

namespace RunLedger.Intake;

/// <summary>On the error queue.</summary>
sealed class ErrorQueueConsumerDefinition : ConsumerDefinition<ErrorQueueConsumer>
{
    readonly RunLedgerOptions _options;

    public ErrorQueueConsumerDefinition(RunLedgerOptions options)
    {
        _options = options;
        EndpointName = options.ErrorQueue;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ErrorQueueConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        endpointConfigurator.ConfigureErrorQueue(_options);
}
