using System.ComponentModel;
using RunLedger.Service.Channels;

namespace RunLedger.Service.Incidents;

/// <summary>The rules, by name.</summary>
sealed record RulesAnswer(IReadOnlyList<RuleAnswer> Items);

/// <summary>A rule as clients read it; durations are d.hh:mm:ss.</summary>
sealed record RuleAnswer
{
    public required string Name { get; init; }

    [Description("The candidates it is for; * and ? are wildcards.")]
    public required string Candidate { get; init; }

    [Description("failed, in_a_row, rate, stuck, orphan, missed, slow, rejected or behind.")]
    public required string Condition { get; init; }

    [Description("How many in a row, or of how many the rate is; null where neither is asked.")]
    public required int? Runs { get; init; }

    [Description("How many of a hundred fail; null where that is not asked.")]
    public required int? Percent { get; init; }

    [Description("Within how long, or how far behind; null where that is not asked.")]
    public required TimeSpan? Window { get; init; }

    [Description("Through which people are told.")]
    public required IReadOnlyList<string> Channels { get; init; }

    [Description("When people are told; null is at any time.")]
    public required RuleHours? Hours { get; init; }

    [Description("How long it must have been so before it is told, and how long nothing more is told then.")]
    public required TimeSpan Hold { get; init; }
    public required DateTime ArmedAt { get; init; }
    public required string ArmedBy { get; init; }

    [Description("Incidents of it that last.")]
    public required long Lasting { get; init; }

    [Description("What somebody should know of it, in words; empty when all is well.")]
    public required IReadOnlyList<string> Remarks { get; init; }
}
