using MassTransit;

namespace RunLedger.Deadlines;

/// <summary>On the control queue, one at a time.</summary>
sealed class SweepConsumerDefinition : ConsumerDefinition<SweepConsumer>
{
    public SweepConsumerDefinition(RunLedgerOptions options)
    {
        EndpointName = options.ControlQueue;
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<SweepConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        endpointConfigurator.ConfigureControl();
}
