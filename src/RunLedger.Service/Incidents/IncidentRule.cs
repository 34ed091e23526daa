using System.IO.Enumeration;
using System.Text.Json;
using RunLedger.Intake;
using RunLedger.Service.Channels;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>A row of <c>incident_rule</c>: a person's word that somebody is told when something is so.</summary>
sealed record IncidentRule
{
    /// <summary>What <see cref="Read"/> reads, in order.</summary>
    public const string Columns =
        "name, candidate, condition, runs, percent, window_seconds, hours, hold_seconds, armed_at, armed_by";

    /// <summary>How many rules a ledger has at most: each of them is asked with every look.</summary>
    public const int Most = 200;

    public required string Name { get; init; }

    /// <summary>A code, with * and ? as wildcards.</summary>
    public required string Candidate { get; init; }

    /// <summary>Which of <see cref="Conditions"/>.</summary>
    public required string Condition { get; init; }

    /// <summary>How many in a row, or of how many the rate is; null where that is not asked.</summary>
    public int? Runs { get; init; }
    public int? Percent { get; init; }

    /// <summary>Over how long the rate is, or how far behind is too far.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>When it may be told; null is at any time.</summary>
    public RuleHours? Hours { get; init; }

    /// <summary>How long it must have been so before it is told.</summary>
    public required TimeSpan Hold { get; init; }
    public required DateTime ArmedAt { get; init; }
    public required string ArmedBy { get; init; }

    /// <summary>Its channels; empty where they were not asked for.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>The same for all rules that say the same, whoever is told.</summary>
    public string Alike => ErrorShape.Fingerprint(
        Candidate, Condition, Runs?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Percent?.ToString(System.Globalization.CultureInfo.InvariantCulture), Window?.ToString("c"),
        Hours is null ? null : JsonSerializer.Serialize(Hours, IncidentJson.Default.RuleHours));

    /// <summary>
    /// Whether it is for a candidate, as policies and expectations are; one about the ledger is for all.
    /// </summary>
    public bool IsFor(string candidate) => Conditions.IsOfLedger(Condition)
        || FileSystemName.MatchesSimpleExpression(Candidate, candidate, ignoreCase: false);

    /// <summary>Whether what was found is for it.</summary>
    public bool Asks(Finding finding) => IsFor(finding.Candidate)
        && (finding.Lasted is not { } lasted || lasted >= (Window ?? BehindCondition.Usual));

    /// <summary>Whether another is about the same, so that what was remembered of runs is of use to it.</summary>
    public bool IsAboutSame(IncidentRule other) =>
        (Candidate, Condition, Runs, Percent, Window)
        == (other.Candidate, other.Condition, other.Runs, other.Percent, other.Window);

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static IncidentRule Read(StoredRow row) => new()
    {
        Name = row.GetString(0),
        Candidate = row.GetString(1),
        Condition = row.GetString(2),
        Runs = row.IsDBNull(3) ? null : row.GetInt32(3),
        Percent = row.IsDBNull(4) ? null : row.GetInt32(4),
        Window = row.IsDBNull(5) ? null : TimeSpan.FromSeconds(row.GetInt32(5)),
        Hours = row.TextAt(6) is { } hours
            ? JsonSerializer.Deserialize(hours, IncidentJson.Default.RuleHours)
            : null,
        Hold = TimeSpan.FromSeconds(row.GetInt32(7)),
        ArmedAt = row.GetTime(8),
        ArmedBy = row.GetString(9),
    };
}
