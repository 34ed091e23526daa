namespace RunLedger.Service.Channels;

/// <summary>What of a channel may be shown; for a webhook and the like nothing is.</summary>
sealed record ChannelSettings
{
    public string? Host { get; init; }
    public int? Port { get; init; }
    public string? Security { get; init; }
    public string? User { get; init; }
    public string? From { get; init; }
    public IReadOnlyList<string>? To { get; init; }
}
