using System.ComponentModel;
using RunLedger.Expectations;
using RunLedger.Service.Web;

namespace RunLedger.Service.Expectations;

/// <summary>What the starts of a candidate seem to keep. Nothing is expected before it is put.</summary>
sealed record ProposalAnswer
{
    public required string Candidate { get; init; }

    [Description("How many starts were looked at: the newest, at most 200.")]
    public required int Starts { get; init; }

    [Description("When runs seem to start; null where no schedule is kept.")]
    public required string? Cron { get; init; }

    [Description("The time zone of the cron; null is UTC.")]
    public required string? Zone { get; init; }

    [Description("Twice as late as 95 of 100 starts were; null without a cron.")]
    public required TimeSpan? Grace { get; init; }

    [Description("Twice as early as 95 of 100 starts were; null without a cron.")]
    public required TimeSpan? Early { get; init; }

    [Description("The figures behind it, or why there is none.")]
    public required string Words { get; init; }

    public static ProposalAnswer From(
        string candidate, IReadOnlyList<DateTime> starts, ScheduleProposal? found) => new()
        {
            Candidate = candidate,
            Starts = starts.Count,
            Cron = found?.Cron,
            Zone = found?.Zone,
            Grace = found?.Grace,
            Early = found?.Early,
            Words = found is not null
            ? $"{Phrases.Count(found.Filled)} of {Phrases.Count(found.Slots)} slots from {starts[0]:u} to "
                + $"{starts[^1]:u} had a run, and {Phrases.Count(found.Extra, "run was", "runs were")} more than one "
                + $"to a slot. Half of the starts were within {found.Usual:c} of their slots, 95 of 100 within "
                + $"{found.Most:c}."
            : starts.Count < ScheduleLearner.Fewest
                ? $"It has {starts.Count} runs that started, and at least {ScheduleLearner.Fewest} say something."
                : $"Its {starts.Count} newest starts, from {starts[0]:u} to {starts[^1]:u}, keep no schedule: less "
                    + "than nine in ten are near to times of one.",
        };
}
