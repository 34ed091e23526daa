using System.Globalization;
using System.Text.RegularExpressions;

namespace RunLedger.Intake;

/// <summary>
/// Times as publishers of all kinds write them: RFC 3339 with all that it allows, ISO 8601 as libraries shorten it, and
/// Java's, which end in the name of a zone.
/// </summary>
static partial class WireTime
{
    public const string Send = "ISO 8601 with an offset, such as 2026-03-02T09:30:00.123456Z";

    /// <summary>
    /// Without an offset it is UTC, as a server's clock mostly runs. Decimals beyond a tick are cut; a leap second is
    /// the last tick of its minute.
    /// </summary>
    /// <param name="text">What was sent.</param>
    /// <param name="time">In UTC.</param>
    /// <param name="fault">What is wrong with it, without its name and without what to send instead.</param>
    public static bool TryRead(ReadOnlySpan<char> text, out DateTimeOffset time, out string fault)
    {
        (time, fault) = (default, "is not a time");
        // No time is longer, decimals and a zone's name among it.
        if (text.Length > 200)
            return false;
        var match = Rfc3339().Match(text.Trim().ToString());
        if (!match.Success)
            return false;
        if (!match.Groups["hour"].Success)
        {
            fault = "is a date without a time of day";
            return false;
        }

        var leap = match.Groups["second"].ValueSpan is "60";
        var shown = $"{match.Groups["date"].ValueSpan} {match.Groups["hour"].ValueSpan}:"
            + $"{match.Groups["minute"].ValueSpan}:"
            + (leap ? "59" : match.Groups["second"].Success ? match.Groups["second"].Value : "00");
        if (!DateTime.TryParseExact(
            shown, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return false;
        var ticks = local.Ticks + (leap ? TimeSpan.TicksPerSecond - 1 : Decimals(match.Groups["decimals"].ValueSpan))
            - Offset(match);
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
            return false;
        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    static long Decimals(ReadOnlySpan<char> digits)
    {
        long ticks = 0;
        for (var place = 0; place < 7; place++)
            ticks = (10 * ticks) + (place < digits.Length ? digits[place] - '0' : 0);
        return ticks;
    }

    static long Offset(Match match)
    {
        if (!match.Groups["sign"].Success)
            return 0;
        var minutes = (60 * int.Parse(match.Groups["hours"].ValueSpan, CultureInfo.InvariantCulture))
            + (match.Groups["minutes"].Success
                ? int.Parse(match.Groups["minutes"].ValueSpan, CultureInfo.InvariantCulture)
                : 0);
        return (match.Groups["sign"].ValueSpan is "+" ? 1 : -1) * minutes * TimeSpan.TicksPerMinute;
    }

    // A zone in brackets repeats what the offset says, and the offset decides.
    [GeneratedRegex(
        """
        ^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})
        (?: (?:[Tt]|\x20)
            (?<hour>[0-9]{2}) : (?<minute>[0-9]{2}) (?: : (?<second>[0-9]{2}) (?: [.,] (?<decimals>[0-9]+) )? )?
            \x20? (?: [Zz] | (?<sign>[+\-−]) (?<hours>[01][0-9]|2[0-3]) (?: :? (?<minutes>[0-5][0-9]) )? )?
            (?: \[ [^\]]{1,100} \] )?
        )? $
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();
}
