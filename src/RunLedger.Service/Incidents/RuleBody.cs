using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Scheduling;
using RunLedger.Service.Channels;

namespace RunLedger.Service.Incidents;

/// <summary>A rule as it is sent. Durations are <c>[d.]hh:mm:ss</c>.</summary>
sealed partial record RuleBody
{
    const int MostRuns = 1_000;
    const int MostChannels = 20;
    const int MostWindows = 20;
    static readonly TimeSpan UsualHold = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LongestHold = TimeSpan.FromDays(7);
    static readonly TimeSpan LongestWindow = TimeSpan.FromDays(7);

    [Description("The candidates it is for; * and ? are wildcards. Without it all. rejected and behind have none.")]
    public string? Candidate { get; init; }

    [Description("failed, in_a_row, rate, stuck, orphan, missed, slow, rejected or behind.")]
    public string? Condition { get; init; }

    [Description("Of in_a_row: how many fail one after another, 2 to 1,000. Of rate: of how many of the last runs.")]
    public int? Runs { get; init; }

    [Description("Of rate: how many of a hundred fail, at least, 1 to 100.")]
    public int? Percent { get; init; }

    [Description("Of rate, in place of runs: within how long. Of behind: how far; without it 00:05:00.")]
    public string? Window { get; init; }

    [Description("Through which channels people are told.")]
    public IReadOnlyList<string>? Channels { get; init; }

    [Description("When people are told; what is still so when they begin is told then. Without it at any time.")]
    public RuleHours? Hours { get; init; }

    [Description("How long it must have been so before it is told, and how long nothing more is told then; without it "
        + "00:01:00.")]
    public string? Hold { get; init; }

    /// <summary>The rule, or all that is wrong with it.</summary>
    public (IncidentRule? Rule, IReadOnlyList<string> Faults) Read(string name, string who, DateTime now)
    {
        var faults = new List<string>();
        if (!Name().IsMatch(name))
        {
            faults.Add("The name is what the address ends with: 1 to 100 small letters, digits, dots, dashes and "
                + "underscores, a letter or digit first.");
        }

        if (Condition is null || !Conditions.All.Contains(Condition))
            faults.Add($"condition is missing or not known: send one of {string.Join(", ", Conditions.All)}.");
        CheckCandidate(faults);
        CheckFigures(faults);
        CheckHours(faults);
        if (Channels is not { Count: > 0 and <= MostChannels }
            || !Channels.All(one => one is not null && Name().IsMatch(one)))
        {
            faults.Add($"channels is missing, has more than {MostChannels}, or what is no name: send a list of names "
                + "of channels.");
        }

        var window = Window is null
            ? (TimeSpan?)null
            : Span("window", Window, default, TimeSpan.FromMinutes(1), LongestWindow, faults);
        var hold = Span("hold", Hold, UsualHold, TimeSpan.Zero, LongestHold, faults);
        return faults.Count > 0 ? (null, faults) : (new()
        {
            Name = name,
            Candidate = Conditions.IsOfLedger(Condition!) ? "*" : Candidate ?? "*",
            Condition = Condition!,
            Runs = Runs,
            Percent = Percent,
            Window = window,
            Hours = Hours,
            Hold = hold,
            ArmedAt = now,
            ArmedBy = who,
            Channels = [.. Channels!.Distinct()],
        }, faults);
    }

    void CheckCandidate(List<string> faults)
    {
        if (Candidate is null)
            return;
        if (string.IsNullOrWhiteSpace(Candidate) || Candidate.Length > 512)
            faults.Add("candidate is empty or has more than 512 characters: send a candidate code, with * and ? as "
                + "wildcards.");
        else if (CanonicalJson.FaultOf(Candidate) is { } fault)
            faults.Add($"candidate {fault}.");
        else if (Candidate != "*" && Condition is not null && Conditions.IsOfLedger(Condition))
            faults.Add($"candidate is of no use with {Condition}, which is about the ledger: leave it out.");
    }

    void CheckFigures(List<string> faults)
    {
        if (Runs is < 2 or > MostRuns)
            faults.Add($"runs is {Runs}: send 2 to {MostRuns:N0}.");
        if (Percent is < 1 or > 100)
            faults.Add($"percent is {Percent}: send 1 to 100.");
        if (Condition == Conditions.InARow && Runs is null)
            faults.Add("runs is missing: send how many fail one after another.");
        if (Condition == Conditions.Rate && Percent is null)
            faults.Add("percent is missing: send how many of a hundred fail.");
        if (Condition == Conditions.Rate && Runs is null == Window is null)
            faults.Add("A rate is of the last runs or within a window: send one of runs and window.");
        if (Runs is not null && Condition is not (Conditions.InARow or Conditions.Rate))
            faults.Add($"runs is of {Conditions.InARow} and {Conditions.Rate} alone: leave it out.");
        if (Percent is not null && Condition != Conditions.Rate)
            faults.Add($"percent is of {Conditions.Rate} alone: leave it out.");
        if (Window is not null && Condition is not (Conditions.Rate or Conditions.Behind))
            faults.Add($"window is of {Conditions.Rate} and {Conditions.Behind} alone: leave it out.");
    }

    void CheckHours(List<string> faults)
    {
        if (Hours is null)
            return;
        if (Hours.Windows is not { Count: > 0 and <= MostWindows })
            faults.Add($"hours has no windows, or more than {MostWindows}: leave hours out for any time.");
        else if (Hours.Windows.Any(window => window is null))
            faults.Add("hours has a window that is null.");
        else if (Hours.Windows.Select(window => window.Fault()).FirstOrDefault(fault => fault is not null) is { } wrong)
            faults.Add(wrong);
        try
        {
            CronSchedule.ZoneOf(Hours.Zone);
        }
        catch (UnschedulableException)
        {
            faults.Add($"zone is '{CutText.To(Hours.Zone, 60)}': there is no such time zone; send one such as "
                + "Europe/Berlin.");
        }
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
