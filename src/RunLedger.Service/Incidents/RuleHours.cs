using System.ComponentModel;
using RunLedger.Scheduling;

namespace RunLedger.Service.Incidents;

/// <summary>When people want to be told.</summary>
sealed record RuleHours
{
    [Description("A time zone such as Europe/Berlin; without it UTC.")]
    public string? Zone { get; init; }

    [Description("Times of days, at most 20.")]
    public required IReadOnlyList<HoursWindow> Windows { get; init; }

    /// <summary>Whether a time is within. Where the zone is not known here it is: rather told than not.</summary>
    public bool Contains(DateTime at)
    {
        try
        {
            var local = TimeZoneInfo.ConvertTimeFromUtc(at, CronSchedule.ZoneOf(Zone));
            return Windows.Any(window => window.Contains(local));
        }
        catch (UnschedulableException)
        {
            return true;
        }
    }
}
