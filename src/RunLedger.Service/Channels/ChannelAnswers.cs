using System.ComponentModel;

namespace RunLedger.Service.Channels;

/// <summary>The channels, by name.</summary>
sealed record ChannelsAnswer(IReadOnlyList<ChannelAnswer> Items);

/// <summary>A channel as clients read it; of a secret whether it is set.</summary>
sealed record ChannelAnswer
{
    public required string Name { get; init; }

    [Description("webhook, slack, teams, mail or pagerduty.")]
    public required string Kind { get; init; }

    [Description("Scheme and host of where it posts to, or the name by which the address is found; null for mail.")]
    public required string? Address { get; init; }

    [Description("Which secrets are set, and by which name those are found that are named.")]
    public required IReadOnlyList<SecretAnswer> Secrets { get; init; }
    public required string? Host { get; init; }
    public required int? Port { get; init; }
    public required string? Security { get; init; }
    public required string? User { get; init; }
    public required string? From { get; init; }
    public required IReadOnlyList<string>? To { get; init; }

    [Description("new (nothing was sent), working, or failing (the last attempt failed).")]
    public required string State { get; init; }
    public required DateTime? DeliveredAt { get; init; }

    [Description("The first failure since the last success; null while it works.")]
    public required DateTime? FailingSince { get; init; }

    [Description("Why the last attempt failed; null while it works.")]
    public required string? Fault { get; init; }

    [Description("Messages that wait for it.")]
    public required long Waiting { get; init; }

    [Description("The rules that tell through it.")]
    public required IReadOnlyList<string> Rules { get; init; }
    public required DateTime PutAt { get; init; }
    public required string PutBy { get; init; }

    [Description("What somebody should know of it, in words; empty when all is well.")]
    public required IReadOnlyList<string> Remarks { get; init; }
}

/// <summary>A secret that is set.</summary>
sealed record SecretAnswer(
    [property: Description("address, key, password or routingKey.")] string Name,
    [property: Description("Where it is found: env:… or file:…; null where the ledger keeps it.")] string? From);

/// <summary>What became of a test.</summary>
sealed record ChannelTestAnswer(
    [property: Description("Whether the message was taken.")] bool Delivered,
    [property: Description("What was answered, or why it was not taken.")] string Said,
    [property: Description("How long it took, in milliseconds.")] long TookMs);
