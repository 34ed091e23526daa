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

    static readonly string[] Names = ["second", "minute", "hour", "day of the month", "month", "day of the week"];

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
        catch (Exception e) when (e is not UnschedulableException)
        {
            // The reader has words for a number out of range, and for a letter it does not know the name of a type.
            var fault = e is CronFormatException && !e.Message.Contains(nameof(Exception), StringComparison.Ordinal)
                ? e.Message
                : Fault(fields);
            throw new UnschedulableException($"Its schedule '{cron}' cannot be read: {fault}");
        }
    }

    /// <summary>Names the first field that cannot be read.</summary>
    static string Fault(string[] fields)
    {
        var names = Names[^Math.Min(fields.Length, Names.Length)..];
        var wrong = Enumerable.Range(0, names.Length).FirstOrDefault(at => !CanBeRead(
            [.. names.Select((_, other) => other == at ? fields[at] : "*")]), -1);
        return $"{(wrong < 0 ? "one of its fields" : $"its {names[wrong]} '{fields[wrong]}'")} is nothing that cron "
            + "has: send a number, *, a list (1,2), a range (1-5) or a step (*/5), without H.";
    }

    static bool CanBeRead(string[] fields)
    {
        try
        {
            _ = fields.Length == Names.Length
                ? Parse(fields)
                : CronExpression.Parse(string.Join(' ', fields), CronFormat.Standard);
            return true;
        }
        catch (Exception)
        {
            // Whatever the reader throws for what it does not know.
            return false;
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
