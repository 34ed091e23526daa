namespace RunLedger.Service.Channels;

/// <summary>What of a channel is shown to nobody: each is the secret itself, or names where it is.</summary>
sealed record ChannelSecrets
{
    public string? Address { get; init; }
    public string? Key { get; init; }
    public string? Password { get; init; }
    public string? RoutingKey { get; init; }

    /// <summary>Nothing of it, wherever it is written by chance.</summary>
    public override string ToString() => "***";

    /// <summary>Those that are there.</summary>
    public IEnumerable<string> All => new[] { Address, Key, Password, RoutingKey }.OfType<string>();

    /// <summary>The secrets themselves.</summary>
    public ChannelSecrets Select(Func<string, string> read) => new()
    {
        Address = Address is null ? null : read(Address),
        Key = Key is null ? null : read(Key),
        Password = Password is null ? null : read(Password),
        RoutingKey = RoutingKey is null ? null : read(RoutingKey),
    };
}
