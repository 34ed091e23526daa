using System.ComponentModel;
using RunLedger.Scheduling;

namespace RunLedger.Service.Channels;

/// <summary>When people want to be told, as a rule says.</summary>
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

    /// <summary>The next minute that is within; where none is that near, as far ahead as is looked.</summary>
    public DateTime Next(DateTime at, TimeSpan farthest)
    {
        var first = at.AddTicks(TimeSpan.TicksPerMinute - (at.Ticks % TimeSpan.TicksPerMinute));
        for (var next = first; next < at + farthest; next = next.AddMinutes(1))
        {
            if (Contains(next))
                return next;
        }

        return at + farthest;
    }
}
