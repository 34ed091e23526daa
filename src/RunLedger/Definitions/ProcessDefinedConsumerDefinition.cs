using MassTransit;

namespace RunLedger.Definitions;

/// <summary>On the ledger's own queue.</summary>
sealed class ProcessDefinedConsumerDefinition : ConsumerDefinition<ProcessDefinedConsumer>
{
    public ProcessDefinedConsumerDefinition(RunLedgerOptions options)
    {
        EndpointName = options.QueueName;
        ConcurrentMessageLimit = 1;
    }
}
