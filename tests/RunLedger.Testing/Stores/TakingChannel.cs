using RunLedger.Service.Channels;
using RunLedger.Service.Outward;

namespace RunLedger.Testing.Stores;

/// <summary>A channel that keeps what it is told, and refuses it while a test says so.</summary>
sealed class TakingChannel : IChannelKind
{
    public string Name => "webhook";

    public List<(Guid Id, IncidentMessage Message)> Taken { get; } = [];

    /// <summary>What became of a message; null takes it.</summary>
    public Func<IncidentMessage, OutwardResult?> Answer { get; set; } = _ => null;

    /// <summary>How often it was asked to tell something.</summary>
    public int Asked { get; private set; }

    /// <summary>The id of the message that it is asked to take now.</summary>
    public Guid Now { get; private set; }

    public IEnumerable<string> Faults(ChannelBody body) => [];

    public Task<OutwardResult> Send(
        ChannelSettings settings,
        ChannelSecrets secrets,
        Guid id,
        IncidentMessage message,
        CancellationToken cancellationToken)
    {
        Asked++;
        Now = id;
        if (Answer(message) is { } refused)
            return Task.FromResult(refused);
        Taken.Add((id, message));
        return Task.FromResult(new OutwardResult(true, "taken"));
    }
}
