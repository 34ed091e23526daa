using MassTransit;

namespace RunLedger.Definitions;

/// <summary>On the ledger's own queue.</summary>
sealed class ProcessDefinedConsumerDefinition : ConsumerDefinition<ProcessDefinedConsumer>
{
    // No limit of its own: MassTransit would put it on the whole endpoint.
    public ProcessDefinedConsumerDefinition(RunLedgerOptions options) => EndpointName = options.QueueName;
}
