using System.ComponentModel;

namespace RunLedger.Service.Expectations;

/// <summary>What is expected, by name.</summary>
sealed record ExpectationsAnswer(IReadOnlyList<ExpectationAnswer> Items);

/// <summary>An expectation as clients read it; durations are d.hh:mm:ss.</summary>
sealed record ExpectationAnswer
{
    public required string Name { get; init; }

    [Description("The candidates it is for; * and ? are wildcards.")]
    public required string Candidate { get; init; }

    [Description("When runs start: five fields, or six with seconds first, as Quartz has them.")]
    public required string Cron { get; init; }

    [Description("The time zone of the cron; null is UTC.")]
    public required string? Zone { get; init; }

    [Description("How long after its slot a run may start, before the slot is missed.")]
    public required TimeSpan Grace { get; init; }

    [Description("How long before its slot a run may start; at most half the time between two slots.")]
    public required TimeSpan Early { get; init; }

    [Description("How long a run may take; null is any.")]
    public required TimeSpan? Longest { get; init; }

    [Description("How many runs a slot may have.")]
    public required int MostRuns { get; init; }

    [Description("Slots before are not judged.")]
    public required DateTime ArmedAt { get; init; }
    public required string ArmedBy { get; init; }

    [Description("The last slot that was judged; null before the first.")]
    public required DateTime? JudgedSlotAt { get; init; }

    [Description("Whether that was missed, and no run of it was heard of since.")]
    public required bool Missing { get; init; }

    [Description("The next slot; null where there is none.")]
    public required DateTime? NextAt { get; init; }

    [Description("What somebody should know of it, in words; empty when all is well.")]
    public required IReadOnlyList<string> Remarks { get; init; }
}

/// <summary>The slots of an expectation.</summary>
sealed record SlotsAnswer(
    [property: Description("The newest first.")] IReadOnlyList<SlotAnswer> Items,
    [property: Description("Send it as before for those before these; null at the end.")] DateTime? NextBefore);

/// <summary>A time at which a run was to start, and what came of it.</summary>
sealed record SlotAnswer
{
    public required DateTime At { get; init; }

    [Description("At, on the clocks of its zone.")]
    public required DateTimeOffset LocalAt { get; init; }

    [Description(
        "on_time, late, missed, pending (no run yet, and its grace is not over, or the ledger is not that far), or "
        + "not_judged (the ledger was down for too long).")]
    public required string State { get; init; }

    [Description("Its runs, the first started first; at most 100 are listed.")]
    public required IReadOnlyList<SlotRun> Runs { get; init; }

    [Description("When it was found missed; null when it never was.")]
    public required DateTime? MissedAt { get; init; }

    [Description("When a run was heard of after all, which took that back.")]
    public required DateTime? CameAt { get; init; }

    [Description("What else is to be said of it, in words: too many runs, one too early, one too long.")]
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>A run of a slot.</summary>
sealed record SlotRun
{
    public required Guid ProcessRunId { get; init; }

    [Description("When it started; when it was first heard of, where that is not known.")]
    public required DateTime BeganAt { get; init; }

    [Description("Null while it is open, or when it has left the tables.")]
    public required DateTime? EndedAt { get; init; }

    [Description("Null when it has left the tables.")]
    public required string? Status { get; init; }
}
