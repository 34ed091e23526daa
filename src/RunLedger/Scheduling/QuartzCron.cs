using System.Globalization;
using Cronos;

namespace RunLedger.Scheduling;

/// <summary>
/// Cron as MassTransit's users write it, for Quartz: six or seven fields, seconds first, Sunday is 1. Five fields are
/// read as everywhere else: no seconds, Sunday is 0 and 7.
/// </summary>
static class QuartzCron
{
    const int DayOfWeek = 5;

    /// <exception cref="UnschedulableException">It cannot be read.</exception>
    public static CronExpression Read(string cron)
    {
        var fields = cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        try
        {
            return fields.Length switch
            {
                5 => CronExpression.Parse(string.Join(' ', fields), CronFormat.Standard),
                6 => Parse(fields),
                7 when fields[6] is "*" or "?" => Parse(fields[..6]),
                7 => throw new UnschedulableException(
                    $"The year '{fields[6]}' of its schedule '{cron}' cannot be read: leave the year out and say "
                    + "StartTime and EndTime."),
                _ => throw new UnschedulableException(
                    $"Its schedule '{cron}' has {fields.Length} fields: send five (minute to day of the week), or six "
                    + "with seconds first, as Quartz has them."),
            };
        }
        catch (CronFormatException e)
        {
            throw new UnschedulableException($"Its schedule '{cron}' cannot be read: {e.Message}");
        }
    }

    static CronExpression Parse(string[] fields) => CronExpression.Parse(
        string.Join(' ', [.. fields[..DayOfWeek], Days(fields[DayOfWeek])]), CronFormat.IncludeSeconds);

    // Quartz counts days of the week from 1, Cronos from 0; a step that starts at a day ends with Saturday.
    static string Days(string field) => string.Join(',', field.Split(',').Select(part =>
    {
        if (part == "L")
            return "6";
        var (days, step) = part.Split('/') is [var before, var after] ? (before, "/" + after) : (part, "");
        var range = string.Join('-', days.Split('-').Select(Day));
        return step.Length > 0 && range is not "*" && !range.Contains('-', StringComparison.Ordinal)
            ? $"{range}-6{step}"
            : range + step;
    }));

    // 2, 2L and 2#3, all about Monday.
    static string Day(string day)
    {
        var digits = day.TakeWhile(char.IsAsciiDigit).Count();
        if (digits == 0)
            return day;
        return int.TryParse(day[..digits], CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 7
            ? (number - 1).ToString(CultureInfo.InvariantCulture) + day[digits..]
            : throw new CronFormatException($"a day of the week is 1 (Sunday) to 7 (Saturday), and this is {day}.");
    }
}
