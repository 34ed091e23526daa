using MassTransit;
using Microsoft.Extensions.Logging;
using RunLedger.Contracts;

namespace RunLedger.Client.Sending;

/// <summary>
/// Publishes on the host's own bus: what waits together in one message, where that goes to a broker. In memory it would
/// save nothing, and tests look for each observation.
/// </summary>
sealed partial class BusTransport(IBus bus, RunLedgerClientOptions options, ILogger<BusTransport> logger) : ITransport
{
    /// <summary>Of the RabbitMQ transport, which is the host's and not the client's.</summary>
    const string Returned = "MessageReturnedException";

    bool _apart = !options.PublishTogether || bus.Address.Scheme == "loopback";

    public async Task<IReadOnlyList<string>> Send(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        var rejected = new List<string>();
        var publishing = new List<Task>();
        foreach (var several in LineBatches.Split(lines))
        {
            var messages = several.Select(ObservationLine.Deserialize).OfType<RunObservation>().ToList();
            rejected.AddRange(Enumerable.Repeat(
                "A line of the spool is no observation.", several.Count - messages.Count));
            publishing.Add(_apart || messages.Count < 2
                ? Apart(messages, cancellationToken)
                : Together(messages, cancellationToken));
        }

        await Task.WhenAll(publishing).ConfigureAwait(false);
        return rejected;
    }

    async Task Together(List<RunObservation> messages, CancellationToken cancellationToken)
    {
        try
        {
            await Publish(new RunObservations { Observations = messages }, cancellationToken).ConfigureAwait(false);
        }
        catch (MassTransitException e) when (e.GetType().Name == Returned)
        {
            await Apart(messages, cancellationToken).ConfigureAwait(false);
            // Those did arrive.
            if (!Interlocked.Exchange(ref _apart, true))
                LogApart(logger);
        }
    }

    Task Apart(List<RunObservation> messages, CancellationToken cancellationToken) =>
        Task.WhenAll(messages.ConvertAll(message => Publish(message, cancellationToken)));

    Task Publish(object message, CancellationToken cancellationToken) => bus.Publish(
        message,
        message.GetType(),
        Pipe.Execute<PublishContext>(context =>
        {
            // Without a queue of a ledger the broker returns the message instead of dropping it.
            context.Mandatory = true;
            // Where several ledgers divide the runs, all of one go to one.
            if (message is RunObservation { ProcessRunId: var run })
                context.TrySetRoutingKey($"{run}");
        }),
        cancellationToken);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The ledger is of a version that takes observations one in a message only: they are published so.")]
    static partial void LogApart(ILogger logger);
}
