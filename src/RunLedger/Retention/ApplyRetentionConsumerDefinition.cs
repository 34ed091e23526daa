using MassTransit;
using RunLedger.Deadlines;

namespace RunLedger.Retention;

/// <summary>On the control queue, one at a time.</summary>
sealed class ApplyRetentionConsumerDefinition : ConsumerDefinition<ApplyRetentionConsumer>
{
    readonly RunLedgerOptions _options;

    public ApplyRetentionConsumerDefinition(RunLedgerOptions options)
    {
        _options = options;
        EndpointName = options.ControlQueue;
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ApplyRetentionConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        endpointConfigurator.ConfigureControl(_options);
}
