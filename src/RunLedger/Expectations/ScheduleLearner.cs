using System.Globalization;
using RunLedger.Scheduling;

namespace RunLedger.Expectations;

/// <summary>
/// Looks for a schedule in the starts of a candidate: every so many minutes or hours, or at a time of day, on every day
/// or some days of the week. What it finds is tried on the starts, and only what they keep is proposed.
/// </summary>
static class ScheduleLearner
{
    /// <summary>Fewer starts say nothing.</summary>
    public const int Fewest = 10;

    /// <summary>Of the slots that have a run, and of the runs that are the first of theirs.</summary>
    const double Kept = 0.9;

    /// <summary>A gap that is so near to a period is of it.</summary>
    const double Tolerance = 0.1;

    /// <summary>A day of the week with a smaller share of the starts of the commonest day is none of it.</summary>
    const double Rare = 0.3;

    /// <summary>What divides an hour, and a day: in minutes.</summary>
    static readonly int[] Periods = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720];

    static readonly TimeSpan LeastGrace = TimeSpan.FromMinutes(5);
    static readonly TimeSpan LeastEarly = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="starts">In order.</param>
    /// <param name="zones">Those that may be meant, the likeliest first; null is UTC.</param>
    /// <returns>The schedule that is kept best; null where there is none.</returns>
    public static ScheduleProposal? Learn(IReadOnlyList<DateTime> starts, IReadOnlyCollection<string?> zones)
    {
        if (starts.Count < Fewest)
            return null;
        var gaps = starts.Zip(starts.Skip(1), (start, next) => next - start).Order().ToList();
        var gap = gaps[gaps.Count / 2];
        return zones
            .Select(zone => (gap < Day * (1 - Tolerance) ? Often(starts, gap, zone) : Daily(starts, zone)) is { } cron
                ? Tried(starts, cron, zone)
                : null)
            .OfType<ScheduleProposal>()
            .MinBy(proposal => proposal.Most);
    }

    // Several times a day.
    static string? Often(IReadOnlyList<DateTime> starts, TimeSpan gap, string? zone)
    {
        var period = Array.Find(
            Periods, minutes => Math.Abs(gap.TotalMinutes - minutes) <= minutes * Tolerance);
        if (period == 0)
            return null;
        var phase = Phase(starts, TimeSpan.FromMinutes(period), zone);
        var (hour, minute) = ((int)phase.TotalHours, phase.Minutes);
        return period == 1 ? "* * * * *"
            : period < 60 ? Text($"{minute}/{period} * * * *")
            : period == 60 ? Text($"{minute} * * * *")
            : Text($"{minute} {hour}/{period / 60} * * *");
    }

    // At a time of day; on the days of the week on which it was.
    static string Daily(IReadOnlyList<DateTime> starts, string? zone)
    {
        var phase = Phase(starts, Day, zone);
        var counts = starts.Select(start => (Local(start, zone) - phase + (Day / 2)).DayOfWeek).CountBy(day => day)
            .ToDictionary();
        var days = counts.Where(day => day.Value > counts.Values.Max() * Rare)
            .Select(day => (int)day.Key).Order().ToList();
        return Text($"{phase.Minutes} {phase.Hours} * * {(days.Count == 7 ? "*" : string.Join(',', days))}");
    }

    // Where in its period a run starts, to the minute before: starts are late more often than early.
    static TimeSpan Phase(IReadOnlyList<DateTime> starts, TimeSpan period, string? zone)
    {
        var phases = starts.Select(start => Local(start, zone).TimeOfDay.Ticks % period.Ticks).Order().ToList();
        // Round the clock: the widest arc without a start ends where they begin.
        var (begin, widest) = (phases[0], phases[0] + period.Ticks - phases[^1]);
        for (var at = 1; at < phases.Count; at++)
        {
            if (phases[at] - phases[at - 1] > widest)
                (begin, widest) = (phases[at], phases[at] - phases[at - 1]);
        }

        var spread = phases.Select(phase => (phase - begin + period.Ticks) % period.Ticks).Order().ToList();
        var first = (begin + spread[spread.Count / 10]) % period.Ticks;
        return new TimeSpan(first / Minute.Ticks * Minute.Ticks);
    }

    static ScheduleProposal? Tried(IReadOnlyList<DateTime> starts, string cron, string? zone)
    {
        var calendar = new SlotCalendar(cron, zone);
        var near = starts.Select(start => (Start: start, Slot: Nearest(calendar, start)))
            .Where(one => one.Slot is not null).ToList();
        var filled = near.Select(one => one.Slot!.Value).ToHashSet();
        if (filled.Count < 2)
            return null;
        // More than that are too many anyway; starts are anybody's.
        var slots = 1 + calendar.After(filled.Min()).TakeWhile(slot => slot <= filled.Max())
            .Take((int)(filled.Count / Kept) + 1).Count();
        var off = near.Select(one => one.Start - one.Slot!.Value).Order().ToList();
        var far = off.Select(span => span.Duration()).Order().ToList();
        var (usual, most) = (far[far.Count / 2], far[(far.Count - 1) * 95 / 100]);
        var gap = calendar.Next(filled.Min())!.Value - filled.Min();
        if (filled.Count < slots * Kept || filled.Count < starts.Count * Kept || most > gap / 4)
            return null;
        var (late, early) = (off[(off.Count - 1) * 95 / 100], -off[off.Count * 5 / 100]);
        return new(
            cron, zone, Shorter(Longer(2 * WholeMinutes(late), LeastGrace), WholeMinutes(gap / 2)),
            Longer(2 * WholeMinutes(early), LeastEarly), slots, filled.Count, starts.Count - filled.Count, usual, most);
    }

    static DateTime? Nearest(SlotCalendar calendar, DateTime start)
    {
        var (before, next) = (calendar.AtOrBefore(start), calendar.Next(start));
        return before is null || next - start < start - before ? next : before;
    }

    static DateTime Local(DateTime time, string? zone) =>
        TimeZoneInfo.ConvertTimeFromUtc(time, CronSchedule.ZoneOf(zone));

    static TimeSpan WholeMinutes(TimeSpan span) =>
        span <= TimeSpan.Zero ? TimeSpan.Zero : Minute * Math.Ceiling(span.TotalMinutes);

    static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    static string Text(FormattableString cron) => cron.ToString(CultureInfo.InvariantCulture);
}
