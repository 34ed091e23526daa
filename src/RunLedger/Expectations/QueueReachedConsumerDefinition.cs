using MassTransit;

namespace RunLedger.Expectations;

/// <summary>On the ledger's own queue.</summary>
sealed class QueueReachedConsumerDefinition : ConsumerDefinition<QueueReachedConsumer>
{
    // No limit of its own: MassTransit would put it on the whole endpoint.
    public QueueReachedConsumerDefinition(RunLedgerOptions options) => EndpointName = options.QueueName;
}
