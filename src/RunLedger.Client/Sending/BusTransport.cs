using MassTransit;

namespace RunLedger.Client.Sending;

/// <summary>Publishes on the host's own bus.</summary>
sealed class BusTransport(IBus bus) : ITransport
{
    public async Task<IReadOnlyList<string>> Send(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        var rejected = new List<string>();
        var publishing = new List<Task>(lines.Count);
        foreach (var line in lines)
        {
            if (ObservationLine.Deserialize(line) is { } message)
                publishing.Add(bus.Publish(
                    message, message.GetType(), Pipe.Execute<PublishContext>(RequireQueue), cancellationToken));
            else
                rejected.Add("A line of the spool is no observation.");
        }

        await Task.WhenAll(publishing).ConfigureAwait(false);
        return rejected;
    }

    // Without a queue of a ledger the broker returns the message instead of dropping it.
    static void RequireQueue(PublishContext context) => context.Mandatory = true;
}
