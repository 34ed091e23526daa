using MassTransit;

namespace RunLedger.Client.Sending;

/// <summary>Publishes on the host's own bus.</summary>
sealed class BusTransport(IBus bus) : ITransport
{
    public async Task<IReadOnlyList<string>> Send(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        var under = new List<Task>(lines.Count);
        foreach (var line in lines)
        {
            if (Line.Read(line) is { } message)
                under.Add(
                    bus.Publish(message, message.GetType(), Pipe.Execute<PublishContext>(Wanted), cancellationToken));
            else
                refused.Add("A line of the spool is no observation.");
        }

        await Task.WhenAll(under).ConfigureAwait(false);
        return refused;
    }

    // Where no ledger has its queue yet the broker says so, instead of dropping it.
    static void Wanted(PublishContext context) => context.Mandatory = true;
}
