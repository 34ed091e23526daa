namespace RunLedger.Tests.Expectations;

/// <summary>A cron expression, and what its fields say.</summary>
sealed record RandomCron(string Text, bool IsInterval)
{
    public required IReadOnlySet<int> Minutes { get; init; }
    public required IReadOnlySet<int> Hours { get; init; }
    public required IReadOnlySet<int> DaysOfMonth { get; init; }
    public required IReadOnlySet<int> Months { get; init; }
    public required IReadOnlySet<int> DaysOfWeek { get; init; }

    public static RandomCron Next(Random random)
    {
        // Coarse more often than fine, or a year would have too many slots to compare in a test.
        var minutes = Field(random, 0, 59, single: 6, list: 2, step: 1, range: 0, all: random.Next(40) == 0 ? 9 : 0);
        var hours = minutes.Values.Count > 10
            ? Field(random, 0, 23, single: 1, list: 0, step: 0, range: 0, all: 0)
            : Field(random, 0, 23, single: 4, list: 2, step: 2, range: 1, all: 2);
        var days = Field(random, 1, 31, single: 2, list: 1, step: 1, range: 1, all: 6);
        var months = Field(random, 1, 12, single: 1, list: 1, step: 1, range: 1, all: 8);
        var weekdays = Field(random, 0, 6, single: 1, list: 1, step: 0, range: 2, all: 6);
        return new($"{minutes.Text} {hours.Text} {days.Text} {months.Text} {weekdays.Text}",
            minutes.IsInterval || hours.IsInterval)
        {
            Minutes = minutes.Values,
            Hours = hours.Values,
            DaysOfMonth = days.Values,
            Months = months.Values,
            DaysOfWeek = weekdays.Values,
        };
    }

    // The clocks change in the small hours: half of what is fixed is there.
    static (string Text, HashSet<int> Values, bool IsInterval) Field(
        Random random, int least, int most, int single, int list, int step, int range, int all)
    {
        var kind = random.Next(single + list + step + range + all);
        if (kind < single)
        {
            var one = One();
            return ($"{one}", [one], false);
        }

        if ((kind -= single) < list)
        {
            HashSet<int> some = [One(), One(), One()];
            return (string.Join(',', some), some, false);
        }

        if ((kind -= list) < step)
        {
            var by = random.Next(2, Math.Max(3, (most - least) / 2));
            return ($"*/{by}", [.. All().Where(value => (value - least) % by == 0)], true);
        }

        if (kind - step < range)
        {
            var (from, to) = (random.Next(least, most), random.Next(least, most));
            (from, to) = (Math.Min(from, to), Math.Max(from, to));
            return ($"{from}-{to}", [.. Enumerable.Range(from, to - from + 1)], true);
        }

        return ("*", [.. All()], true);

        int One() => most == 23 && random.Next(2) == 0 ? random.Next(4) : random.Next(least, most + 1);

        IEnumerable<int> All() => Enumerable.Range(least, most - least + 1);
    }
}
