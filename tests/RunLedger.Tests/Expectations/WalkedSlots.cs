namespace RunLedger.Tests.Expectations;

/// <summary>
/// The slots of a year found without a reader of cron: every minute of a zone's clocks is looked at, one after another.
/// </summary>
sealed class WalkedSlots
{
    static readonly DateTime Begin = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    static readonly DateTime FirstDay = Begin.Date.AddDays(-2);
    const int Days = 370;
    const int MinutesOfDay = 24 * 60;
    const int Minutes = 365 * MinutesOfDay;

    readonly short[] _day = new short[Minutes];
    readonly short[] _minute = new short[Minutes];

    /// <summary>Minutes whose time of the clocks was there before, an hour or so ago.</summary>
    readonly bool[] _repeated = new bool[Minutes];

    /// <summary>The times that the clocks skip, by the minute after.</summary>
    readonly Dictionary<int, List<(int Day, int Minute)>> _skipped = [];

    public WalkedSlots(TimeZoneInfo zone)
    {
        var (last, highest) = (DateTime.MinValue, DateTime.MinValue);
        for (var at = 0; at < Minutes; at++)
        {
            var local = TimeZoneInfo.ConvertTimeFromUtc(Begin.AddMinutes(at), zone);
            (_day[at], _minute[at]) = Place(local);
            _repeated[at] = local <= highest;
            for (var skipped = last.AddMinutes(1); at > 0 && skipped < local; skipped = skipped.AddMinutes(1))
            {
                var times = _skipped.TryGetValue(at, out var known) ? known : _skipped[at] = [];
                times.Add(Place(skipped));
            }

            last = local;
            highest = local > highest ? local : highest;
        }
    }

    public static DateTime From => Begin;
    public static DateTime Until => Begin.AddMinutes(Minutes);

    /// <summary>How often the clocks change.</summary>
    public int Changes => _skipped.Count + _repeated.Zip(_repeated.Skip(1)).Count(pair => !pair.First && pair.Second);

    public List<DateTime> Of(RandomCron cron)
    {
        var days = new bool[Days];
        for (var day = 0; day < Days; day++)
        {
            var date = FirstDay.AddDays(day);
            days[day] = cron.Months.Contains(date.Month) && cron.DaysOfMonth.Contains(date.Day)
                && cron.DaysOfWeek.Contains((int)date.DayOfWeek);
        }

        var times = new bool[MinutesOfDay];
        foreach (var hour in cron.Hours)
        {
            foreach (var minute in cron.Minutes)
                times[(hour * 60) + minute] = true;
        }

        var slots = new List<DateTime>();
        for (var at = 0; at < Minutes; at++)
        {
            var isSlot = days[_day[at]] && times[_minute[at]] && (!_repeated[at] || cron.IsInterval);
            if (isSlot || (_skipped.TryGetValue(at, out var skipped)
                && skipped.Exists(time => days[time.Day] && times[time.Minute])))
                slots.Add(Begin.AddMinutes(at));
        }

        return slots;
    }

    static (short Day, short Minute) Place(DateTime local) =>
        ((short)(local.Date - FirstDay).Days, (short)((local.Hour * 60) + local.Minute));
}
