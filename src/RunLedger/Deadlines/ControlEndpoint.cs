using MassTransit;
using RunLedger.Broker;

namespace RunLedger.Deadlines;

/// <summary>How the queue is declared in which the ledger tells itself to sweep.</summary>
static class ControlEndpoint
{
    /// <summary>The queue of the ledger's own sweeps.</summary>
    public static void ConfigureControl(this IReceiveEndpointConfigurator endpoint, RunLedgerOptions options)
    {
        endpoint.PrefetchCount = 1;
        endpoint.PublishFaults = false;
        // A sweep that fails is dropped: the next one, which is never far, does what it did not.
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator rabbit)
            return;
        rabbit.KeepUntil(options, options.ControlQueue, deadLettersTo: options.ErrorQueue);
        BatchedDeliveries.Configure(rabbit);
    }
}
