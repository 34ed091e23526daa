using System.Text.Json;
using RunLedger.Service.Channels;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>A row of <c>incident</c>: that a rule's condition holds, or held, of a candidate.</summary>
sealed record Incident
{
    /// <summary>What <see cref="Read"/> reads, in order.</summary>
    public const string Columns =
        "incident_id, rule, condition, candidate, began_at, said, groups, run_id, told_at, told_last_at, told_groups, "
        + "tellings, recovered_at, done";

    public required Guid Id { get; init; }

    /// <summary>Empty for what the ledger tells of itself.</summary>
    public required string Rule { get; init; }
    public required string Condition { get; init; }

    /// <summary>Empty where it is about the ledger; the name of a channel that fails.</summary>
    public required string Candidate { get; init; }
    public required DateTime BeganAt { get; init; }
    public required string Said { get; init; }
    public required IReadOnlyList<MessageGroup> Groups { get; init; }
    public Guid? RunId { get; init; }

    /// <summary>When people were told first; null while they were not.</summary>
    public DateTime? ToldAt { get; init; }
    public DateTime? ToldLastAt { get; init; }

    /// <summary>The fingerprints of those groups that were told of.</summary>
    public IReadOnlyList<string> ToldGroups { get; init; } = [];

    /// <summary>How many messages it had.</summary>
    public int Tellings { get; init; }
    public DateTime? RecoveredAt { get; init; }

    /// <summary>Nothing more is to be told of it.</summary>
    public bool Done { get; init; }

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static Incident Read(StoredRow row) => new()
    {
        Id = row.GetGuid(0),
        Rule = row.GetString(1),
        Condition = row.GetString(2),
        Candidate = row.GetString(3),
        BeganAt = row.GetTime(4),
        Said = row.GetString(5),
        Groups = JsonSerializer.Deserialize(row.GetString(6), IncidentJson.Default.IReadOnlyListMessageGroup)!,
        RunId = row.IdAt(7),
        ToldAt = row.TimeAt(8),
        ToldLastAt = row.TimeAt(9),
        ToldGroups = JsonSerializer.Deserialize(row.GetString(10), IncidentJson.Default.IReadOnlyListString)!,
        Tellings = row.GetInt32(11),
        RecoveredAt = row.TimeAt(12),
        Done = row.GetBoolean(13),
    };
}
