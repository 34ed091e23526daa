using MassTransit;

namespace RunLedger.Intake;

/// <summary>On the same queue as the saga: what arrives there is an observation or is refused.</summary>
sealed class RejectedBodyConsumerDefinition : ConsumerDefinition<RejectedBodyConsumer>
{
    public RejectedBodyConsumerDefinition(RunLedgerOptions options) => EndpointName = options.QueueName;
}
