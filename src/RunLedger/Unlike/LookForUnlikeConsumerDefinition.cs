using MassTransit;
using RunLedger.Deadlines;

namespace RunLedger.Unlike;

/// <summary>On the control queue, one at a time.</summary>
sealed class LookForUnlikeConsumerDefinition : ConsumerDefinition<LookForUnlikeConsumer>
{
    readonly RunLedgerOptions _options;

    public LookForUnlikeConsumerDefinition(RunLedgerOptions options)
    {
        _options = options;
        EndpointName = options.ControlQueue;
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<LookForUnlikeConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        endpointConfigurator.ConfigureControl(_options);
}
