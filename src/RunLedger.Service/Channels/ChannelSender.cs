using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>Tells one message through one channel.</summary>
sealed class ChannelSender(IEnumerable<IChannelKind> kinds, SecretReader secrets, IncidentMeter meter)
{
    public IReadOnlyDictionary<string, IChannelKind> Kinds { get; } = kinds.ToDictionary(kind => kind.Name);

    public async Task<OutwardResult> Send(
        Channel channel, Guid id, IncidentMessage message, CancellationToken cancellationToken)
    {
        var result = await Try(channel, id, message, cancellationToken);
        meter.Sent(channel.Kind, result.Delivered);
        return result;
    }

    async Task<OutwardResult> Try(
        Channel channel, Guid id, IncidentMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await Kinds[channel.Kind].Send(
                channel.Settings, channel.Secrets.Select(secrets.Read), id, message, cancellationToken);
        }
        catch (UnreadableSecretException e)
        {
            return OutwardResult.Failed(e.Message);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, the channel does not work; what it says may hold a secret.
            return OutwardResult.Failed($"It could not be sent: {e.GetType().Name}.");
        }
    }
}
