using Cronos;
using RunLedger.Scheduling;

namespace RunLedger.Expectations;

/// <summary>
/// The times at which runs are to start: the slots. A time that the clocks skip is that of the change; in an hour that
/// they repeat a fixed time is the first of the two, and one with *, a range or a step in its minutes or hours is both.
/// </summary>
sealed class SlotCalendar
{
    /// <summary>How far back the slot before a time is looked for, the nearest first.</summary>
    static readonly TimeSpan[] Spans =
    [
        TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(32), TimeSpan.FromDays(367),
        TimeSpan.FromDays(3_000),
    ];

    readonly CronExpression _cron;
    readonly TimeZoneInfo _zone;

    /// <exception cref="UnschedulableException">The expression cannot be read, or there is no such zone.</exception>
    public SlotCalendar(string cron, string? zone) =>
        (_cron, _zone) = (QuartzCron.Read(cron), CronSchedule.ZoneOf(zone));

    /// <summary>The first slot after a time; null where there is none.</summary>
    public DateTime? Next(DateTime after) => _cron.GetNextOccurrence(after, _zone);

    /// <summary>The last slot that is not after a time; null where there is none.</summary>
    public DateTime? AtOrBefore(DateTime at)
    {
        foreach (var span in Spans)
        {
            var last = (DateTime?)null;
            foreach (var slot in _cron.GetOccurrences(at - span, at, _zone, fromInclusive: true, toInclusive: true))
                last = slot;
            if (last is not null)
                return last;
        }

        return null;
    }

    /// <summary>The slots after a time, in order.</summary>
    public IEnumerable<DateTime> After(DateTime time)
    {
        for (var slot = Next(time); slot is not null; slot = Next(slot.Value))
            yield return slot.Value;
    }

    /// <summary>
    /// The slot of a run: one whose time the run names; else the next where the run is no earlier than allowed, and no
    /// further from it than half the time between the two; else the last before.
    /// </summary>
    /// <param name="began">When it started.</param>
    /// <param name="nominal">The time it was started for, where it names one.</param>
    /// <param name="early">How long before a slot its run may start.</param>
    /// <returns>Null where there was no slot yet.</returns>
    public SlotPlace? PlaceOf(DateTime began, DateTime? nominal, TimeSpan early)
    {
        var at = nominal ?? began;
        var before = AtOrBefore(at);
        if (before == at && nominal is not null)
            return new(at, NearNext: false);
        if (Next(at) is not { } next)
            return before is { } last ? new(last, NearNext: false) : null;
        if (before is not { } slot)
            return next - at <= early ? new(next, NearNext: false) : null;
        var nearNext = next - at < at - slot;
        return nearNext && next - at <= early ? new(next, NearNext: false) : new(slot, nearNext);
    }
}
