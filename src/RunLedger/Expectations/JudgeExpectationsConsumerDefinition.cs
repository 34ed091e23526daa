using MassTransit;
using RunLedger.Deadlines;

namespace RunLedger.Expectations;

/// <summary>On the control queue, one at a time.</summary>
sealed class JudgeExpectationsConsumerDefinition : ConsumerDefinition<JudgeExpectationsConsumer>
{
    readonly RunLedgerOptions _options;

    public JudgeExpectationsConsumerDefinition(RunLedgerOptions options)
    {
        _options = options;
        EndpointName = options.ControlQueue;
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<JudgeExpectationsConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        endpointConfigurator.ConfigureControl(_options);
}
