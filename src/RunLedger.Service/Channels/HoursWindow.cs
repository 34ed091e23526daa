using System.ComponentModel;
using System.Globalization;

namespace RunLedger.Service.Channels;

/// <summary>From a time of a day to another one, which is the next day's where it is no later.</summary>
sealed record HoursWindow
{
    public static readonly IReadOnlyList<string> AllDays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    [Description("mon, tue, wed, thu, fri, sat, sun; without it every day.")]
    public IReadOnlyList<string>? Days { get; init; }

    [Description("As HH:mm.")]
    public required string From { get; init; }

    [Description("As HH:mm; what is no later than from is of the next day.")]
    public required string To { get; init; }

    /// <summary>Whether a time of the zone's clocks is within.</summary>
    public bool Contains(DateTime local)
    {
        var (from, to, time) = (TimeOf(From), TimeOf(To), TimeOnly.FromDateTime(local));
        return from < to
            ? IsOn(local.DayOfWeek) && time >= from && time < to
            : (IsOn(local.DayOfWeek) && time >= from) || (IsOn(local.AddDays(-1).DayOfWeek) && time < to);
    }

    /// <summary>What is wrong with it, in words; null where nothing is.</summary>
    public string? Fault() =>
        !TimeOnly.TryParseExact(From, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            || !TimeOnly.TryParseExact(To, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? "from and to of hours are times of a day such as 08:30."
        : Days is { Count: 0 } || Days?.Any(day => !AllDays.Contains(day)) is true
            ? $"days of hours are of {string.Join(", ", AllDays.Skip(1).Append(AllDays[0]))}."
        : null;

    bool IsOn(DayOfWeek day) => Days is null || Days.Contains(AllDays[(int)day]);

    static TimeOnly TimeOf(string text) => TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);
}
