using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using RunLedger.Expectations;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Scheduling;

namespace RunLedger.Service.Expectations;

/// <summary>An expectation as it is sent. Durations are <c>[d.]hh:mm:ss</c>.</summary>
sealed partial record ExpectationBody
{
    static readonly TimeSpan UsualEarly = TimeSpan.FromMinutes(5);
    static readonly TimeSpan LongestGrace = TimeSpan.FromDays(7);
    static readonly TimeSpan LongestEarly = TimeSpan.FromDays(1);
    static readonly TimeSpan LongestRun = TimeSpan.FromDays(3_653);
    static readonly TimeSpan Closest = TimeSpan.FromMinutes(1);

    /// <summary>So many slots say how close they are.</summary>
    const int SlotsLookedAt = 100;

    const int MostRunsOfAll = 1_000;

    [Description("The candidates it is for; * and ? are wildcards.")]
    public string? Candidate { get; init; }

    [Description("When runs start: five fields, or six with seconds first, as Quartz has them.")]
    public string? Cron { get; init; }

    [Description("The time zone of the cron, such as Europe/Berlin; without it UTC.")]
    public string? Zone { get; init; }

    [Description("How long after its slot a run may start; without it 00:10:00.")]
    public string? Grace { get; init; }

    [Description("How long before its slot a run may start; without it 00:05:00.")]
    public string? Early { get; init; }

    [Description("How long a run may take; without it any time.")]
    public string? Longest { get; init; }

    [Description("How many runs a slot may have; without it 1.")]
    public int? MostRuns { get; init; }

    /// <summary>The expectation, or all that is wrong with it.</summary>
    public (Expectation? Expected, IReadOnlyList<string> Faults) Read(string name, string who, DateTime now)
    {
        var faults = new List<string>();
        if (!Name().IsMatch(name))
        {
            faults.Add("The name is what the address ends with: 1 to 100 small letters, digits, dots, dashes and "
                + "underscores, a letter or digit first.");
        }

        if (string.IsNullOrWhiteSpace(Candidate) || Candidate.Length > 512)
            faults.Add("candidate is missing or has more than 512 characters: send a candidate code, with * and ? as "
                + "wildcards.");
        else if (CanonicalJson.FaultOf(Candidate) is { } fault)
            faults.Add($"candidate {fault}.");
        CheckTimes(now, faults);
        var grace = Span("grace", Grace, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), LongestGrace, faults);
        var early = Span("early", Early, UsualEarly, TimeSpan.Zero, LongestEarly, faults);
        var longest = Longest is null
            ? (TimeSpan?)null
            : Span("longest", Longest, default, TimeSpan.FromSeconds(1), LongestRun, faults);
        if (MostRuns is < 1 or > MostRunsOfAll)
            faults.Add($"mostRuns is {MostRuns}: send 1 to {MostRunsOfAll:N0}.");
        return faults.Count > 0 ? (null, faults) : (new()
        {
            Name = name,
            Candidate = Candidate!,
            Cron = Cron!.Trim(),
            Zone = string.IsNullOrWhiteSpace(Zone) ? null : Zone.Trim(),
            Grace = grace,
            Early = early,
            Longest = longest,
            MostRuns = MostRuns ?? 1,
            ArmedAt = now,
            ArmedBy = who,
            HeardUntil = now - early,
            JudgedUntil = now,
        }, faults);
    }

    /// <summary>What is allowed and may not be meant.</summary>
    public static IEnumerable<string> RemarksOf(Expectation expected, SlotCalendar calendar, DateTime now)
    {
        if (Gap(calendar, now) is not { } gap)
            yield break;
        if (expected.Grace > gap)
        {
            yield return $"grace {expected.Grace:c} is longer than the {gap:c} between two slots: a run that late "
                + "belongs to the next slot.";
        }

        if (expected.Early > gap / 2 && expected.Early != UsualEarly)
        {
            yield return $"early {expected.Early:c} is more than half of the {gap:c} between two slots, and counts as "
                + "half of it there.";
        }
    }

    void CheckTimes(DateTime now, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(Cron))
        {
            faults.Add("cron is missing: send five fields, such as 30 2 * * * for 02:30 every day.");
            return;
        }

        try
        {
            var calendar = new SlotCalendar(Cron.Trim(), string.IsNullOrWhiteSpace(Zone) ? null : Zone.Trim());
            if (calendar.Next(now) is null)
                faults.Add($"cron '{Cron}' never comes: there is no such day, as 30 February.");
            else if (Gap(calendar, now) < Closest)
                faults.Add($"cron '{Cron}' has slots less than a minute apart: expect runs at most once a minute.");
        }
        catch (UnschedulableException e)
        {
            faults.Add($"cron or zone: {e.Message}");
        }
    }

    /// <summary>The shortest time between two slots; null where there are no two.</summary>
    static TimeSpan? Gap(SlotCalendar calendar, DateTime now)
    {
        var slots = calendar.After(now).Take(SlotsLookedAt).ToList();
        return slots.Count < 2 ? null : slots.Zip(slots.Skip(1), (slot, next) => next - slot).Min();
    }

    static TimeSpan Span(
        string name, string? text, TimeSpan usual, TimeSpan least, TimeSpan most, List<string> faults)
    {
        if (text is null)
            return usual;
        if (TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span)
            && span >= least && span <= most && span.Ticks % TimeSpan.TicksPerSecond == 0)
            return span;
        faults.Add($"{name} is '{CutText.To(text, 60)}': send whole seconds from {least:c} to {most:c}, as hh:mm:ss or "
            + "d.hh:mm:ss.");
        return usual;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
