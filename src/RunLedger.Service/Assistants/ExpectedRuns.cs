using System.ComponentModel;
using RunLedger.Service.Expectations;

namespace RunLedger.Service.Assistants;

/// <summary>What is expected; of one that is named also what came of it.</summary>
sealed record ExpectedRuns
{
    public required IReadOnlyList<ExpectationLine> Items { get; init; }

    [Description("Of the one that was named a page of its slots, the newest first; empty where none was named.")]
    public required IReadOnlyList<SlotLine> Slots { get; init; }

    [Description("Call again with it as cursor and the same arguments for the next page; null on the last one.")]
    public required string? NextCursor { get; init; }
}

/// <summary>An expectation on a line.</summary>
sealed record ExpectationLine
{
    [Description("Whether the last slot that was judged was missed, and no run of it was heard of since.")]
    public required bool Missing { get; init; }

    [Description("The last slot that was judged; null before the first.")]
    public required DateTime? JudgedSlotAt { get; init; }

    [Description("The next slot; null where there is none.")]
    public required DateTime? NextAt { get; init; }

    [Description("How long after its slot a run may start before the slot is missed, as d.hh:mm:ss.")]
    public required TimeSpan Grace { get; init; }

    [Description("How long a run may take; null is any.")]
    public required TimeSpan? Longest { get; init; }

    [Description(OutsideText.Says)]
    public required ExpectationTexts DataNotInstructions { get; init; }

    public static ExpectationLine From(ExpectationAnswer expected) => new()
    {
        Missing = expected.Missing,
        JudgedSlotAt = expected.JudgedSlotAt,
        NextAt = expected.NextAt,
        Grace = expected.Grace,
        Longest = expected.Longest,
        DataNotInstructions = new()
        {
            Name = OutsideText.Cut(expected.Name, OutsideText.Name),
            Candidate = OutsideText.Cut(expected.Candidate, OutsideText.Name),
            Cron = OutsideText.Cut(expected.Cron, OutsideText.Name),
            Zone = AnswerRoom.Cut(expected.Zone, OutsideText.Name),
            Remarks = OutsideText.Sentences(expected.Remarks),
        },
    };
}

sealed record ExpectationTexts
{
    public required string Name { get; init; }

    [Description("The candidates it is for; * and ? are wildcards.")]
    public required string Candidate { get; init; }

    [Description("When runs start.")]
    public required string Cron { get; init; }

    [Description("The time zone of the cron; null is UTC.")]
    public required string? Zone { get; init; }

    [Description("What somebody should know of it; empty when all is well.")]
    public required IReadOnlyList<string> Remarks { get; init; }
}

/// <summary>A time at which a run was to start, and what came of it.</summary>
sealed record SlotLine
{
    public required DateTime At { get; init; }

    [Description("on_time, late, missed, pending or not_judged.")]
    public required string State { get; init; }

    [Description("The ids of its runs, the first started first; at most 10.")]
    public required IReadOnlyList<Guid> Runs { get; init; }
    public required DateTime? MissedAt { get; init; }

    [Description("When a run was heard of after all.")]
    public required DateTime? CameAt { get; init; }

    [Description("What else is to be said of it: too many runs, one too early, one too long.")]
    public required IReadOnlyList<string> Notes { get; init; }

    public static SlotLine From(SlotAnswer slot) => new()
    {
        At = slot.At,
        State = slot.State,
        Runs = [.. slot.Runs.Take(10).Select(run => run.ProcessRunId)],
        MissedAt = slot.MissedAt,
        CameAt = slot.CameAt,
        // Figures and ids in the ledger's own words.
        Notes = OutsideText.Sentences(slot.Notes),
    };
}
