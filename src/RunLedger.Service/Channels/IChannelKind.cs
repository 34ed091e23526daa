using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>One way to tell people.</summary>
interface IChannelKind
{
    /// <summary>As it is named in the API.</summary>
    string Name { get; }

    /// <summary>What is wrong with a channel of it that somebody sends, each in words.</summary>
    IEnumerable<string> Faults(ChannelBody body);

    /// <summary>Tells one message.</summary>
    /// <param name="settings">Of the channel.</param>
    /// <param name="secrets">Themselves.</param>
    /// <param name="id">Of the message: the same with every attempt.</param>
    /// <param name="message">What to tell.</param>
    /// <param name="cancellationToken">Cancels it, with an exception.</param>
    Task<OutwardResult> Send(
        ChannelSettings settings,
        ChannelSecrets secrets,
        Guid id,
        IncidentMessage message,
        CancellationToken cancellationToken);
}
