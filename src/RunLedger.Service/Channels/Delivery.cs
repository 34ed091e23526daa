using System.Text.Json;
using RunLedger.Storage;

namespace RunLedger.Service.Channels;

/// <summary>A message that waits for a channel.</summary>
sealed record Delivery
{
    /// <summary>What <see cref="Read"/> reads, in order, of the delivery <c>d</c>.</summary>
    public const string Columns = "d.delivery_id, d.incident_id, d.channel, d.kind, d.body, d.created_at, d.tried, "
        + "d.fault";

    public required Guid Id { get; init; }
    public required Guid IncidentId { get; init; }
    public required string Channel { get; init; }
    public required string Kind { get; init; }
    public required IncidentMessage Message { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>How often it was tried before.</summary>
    public required int Tried { get; init; }

    /// <summary>Why the last attempt failed; null where there was none.</summary>
    public string? Fault { get; init; }

    /// <summary>Until when it is ours: who has it later has another time, and settles it.</summary>
    public DateTime ClaimedUntil { get; init; }

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static Delivery Read(StoredRow row) => new()
    {
        Id = row.GetGuid(0),
        IncidentId = row.GetGuid(1),
        Channel = row.GetString(2),
        Kind = row.GetString(3),
        Message = JsonSerializer.Deserialize(row.GetString(4), ChannelJson.Default.IncidentMessage)!,
        CreatedAt = row.GetTime(5),
        Tried = row.GetInt32(6),
        Fault = row.TextAt(7),
    };
}
