using MassTransit;

namespace RunLedger.Retention;

/// <summary>
/// Archive what is over; sent to the ledger's control queue by its own schedule, and by itself to go on.
/// </summary>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record ApplyRetention
{
    /// <summary>Where the message before this one stopped; null at the beginning.</summary>
    public string? After { get; init; }
}
