using MassTransit;

namespace RunLedger.Deadlines;

/// <summary>On the control queue, one at a time.</summary>
sealed class SweepConsumerDefinition : ConsumerDefinition<SweepConsumer>
{
    readonly RunLedgerOptions _options;

    public SweepConsumerDefinition(RunLedgerOptions options)
    {
        _options = options;
        EndpointName = options.ControlQueue;
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<SweepConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        endpointConfigurator.ConfigureControl(_options);
}
