using System.Net.Mime;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.RabbitMqTransport.Topology;
using MassTransit.Serialization;
using RunLedger.Batching;
using RunLedger.Broker;

namespace RunLedger.Intake;

/// <summary>How the queues of observations and of errors are declared and what happens to what fails in them.</summary>
static class LedgerEndpoint
{
    public static readonly ContentType Plain = new("application/json");

    /// <summary>The queue of observations.</summary>
    /// <param name="endpoint">Its endpoint.</param>
    /// <param name="options">Of the ledger.</param>
    /// <param name="tryTake">What takes past the pipeline, where a broker delivers.</param>
    public static void ConfigureIntake(
        this IReceiveEndpointConfigurator endpoint, RunLedgerOptions options, TakeDelivery tryTake)
    {
        endpoint.PrefetchCount = options.PrefetchCount;
        endpoint.PublishFaults = false;
        endpoint.AddDeserializer(
            new ObservationDeserializer(SystemTextJsonMessageSerializer.JsonContentType, envelope: true));
        endpoint.AddDeserializer(new ObservationDeserializer(Plain, envelope: false), isDefault: true);
        endpoint.ThrowOnSkippedMessages();
        endpoint.FailLast();

        // What the database is to blame for never gets here: the batch waits. This is for the unforeseen.
        endpoint.UseMessageRetry(retry =>
        {
            retry.Ignore<RequeueException>();
            retry.Intervals(100, 500);
        });

        if (endpoint is not IRabbitMqReceiveEndpointConfigurator rabbit)
            return;
        rabbit.ConfigureConsumeTopology = options.BindContracts;
        rabbit.KeepUntil(options, options.QueueName, deadLettersTo: options.ErrorQueue);
        ErrorQueueAsDeclared(rabbit, options);
        BatchedDeliveries.Configure(rabbit, tryTake, surplus: options.SmallPrefetchCount - options.PrefetchCount);
    }

    /// <summary>The queue of what failed.</summary>
    public static void ConfigureErrorQueue(this IReceiveEndpointConfigurator endpoint, RunLedgerOptions options)
    {
        endpoint.PrefetchCount = 16;
        endpoint.PublishFaults = false;
        endpoint.ConfigureConsumeTopology = false;
        endpoint.AddDeserializer(new ErrorQueueDeserializer(SystemTextJsonMessageSerializer.JsonContentType));
        endpoint.AddDeserializer(new ErrorQueueDeserializer(Plain), isDefault: true);
        // There is no error queue of the error queue: what cannot be set aside now stays where it is.
        endpoint.RethrowFaultedMessages();
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            if (!options.UnlimitedQueues.Contains(options.ErrorQueue))
                rabbit.BindDeadLetterQueue(options.DeadQueue, options.DeadQueue, queue => queue.SetQuorumQueue());
            rabbit.KeepUntil(options, options.ErrorQueue, deadLettersTo: options.DeadQueue);
            BatchedDeliveries.Configure(rabbit);
        }
    }

    static void FailLast(this IReceiveEndpointConfigurator endpoint) => endpoint.ConfigureError(error =>
    {
        error.UseFilter(new RequeueFilter());
        error.UseFilter(new GenerateFaultFilter());
        error.UseFilter(new ErrorTransportFilter());
    });

    // MassTransit gives an error queue all arguments of its queue; ours must not hand its dead letters to itself.
    static void ErrorQueueAsDeclared(IRabbitMqReceiveEndpointConfigurator endpoint, RunLedgerOptions options)
    {
        if (endpoint is not IRabbitMqEndpointConfiguration { Topology.Send: RabbitMqSendTopology topology })
            throw new NotSupportedException("This MassTransit keeps the error queue's settings elsewhere.");
        var others = topology.ConfigureErrorSettings;
        topology.ConfigureErrorSettings = settings =>
        {
            others?.Invoke(settings);
            if (settings is not RabbitMqErrorSettings { QueueName: var name } || name != options.ErrorQueue)
                return;
            var limited = !options.UnlimitedQueues.Contains(name);
            foreach (var (argument, value) in QueueArguments.LimitOf(options.DeadQueue))
                settings.SetQueueArgument(argument, limited ? value : null);
        };
    }
}
