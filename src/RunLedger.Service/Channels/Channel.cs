using System.Text.Json;
using RunLedger.Storage;

namespace RunLedger.Service.Channels;

/// <summary>A row of <c>incident_channel</c>.</summary>
sealed record Channel
{
    /// <summary>What <see cref="Read"/> reads, in order.</summary>
    public const string Columns =
        "name, kind, settings, secrets, put_at, put_by, delivered_at, failing_since, fault";

    /// <summary>How many channels a ledger has at most.</summary>
    public const int Most = 100;

    public required string Name { get; init; }
    public required string Kind { get; init; }
    public required ChannelSettings Settings { get; init; }
    public required ChannelSecrets Secrets { get; init; }
    public required DateTime PutAt { get; init; }
    public required string PutBy { get; init; }
    public DateTime? DeliveredAt { get; init; }

    /// <summary>The first failure since the last success; null while it works.</summary>
    public DateTime? FailingSince { get; init; }

    /// <summary>Why the last attempt failed; null while it works.</summary>
    public string? Fault { get; init; }

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static Channel Read(StoredRow row) => new()
    {
        Name = row.GetString(0),
        Kind = row.GetString(1),
        Settings = JsonSerializer.Deserialize(row.GetString(2), ChannelJson.Default.ChannelSettings)!,
        Secrets = JsonSerializer.Deserialize(row.GetString(3), ChannelJson.Default.ChannelSecrets)!,
        PutAt = row.GetTime(4),
        PutBy = row.GetString(5),
        DeliveredAt = row.TimeAt(6),
        FailingSince = row.TimeAt(7),
        Fault = row.TextAt(8),
    };
}
