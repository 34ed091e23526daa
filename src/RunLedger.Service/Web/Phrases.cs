using System.Globalization;

namespace RunLedger.Service.Web;

/// <summary>Times and counts as people say them.</summary>
static class Phrases
{
    /// <summary>How long, in its two largest units; a negative one with a sign.</summary>
    public static string Long(TimeSpan span)
    {
        var sign = span < TimeSpan.Zero ? "−" : "";
        span = span.Duration();
        var text = span switch
        {
            { TotalSeconds: < 1 } => $"{span.TotalMilliseconds:0} ms",
            { TotalSeconds: < 10 } => $"{span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
            { TotalMinutes: < 1 } => $"{(int)span.TotalSeconds} s",
            { TotalHours: < 1 } => Two((int)span.TotalMinutes, "m", span.Seconds, "s"),
            { TotalDays: < 1 } => Two((int)span.TotalHours, "h", span.Minutes, "m"),
            _ => Two((int)span.TotalDays, "d", span.Hours, "h"),
        };
        return sign + text;
    }

    /// <summary>How long since; what is ahead of this clock says so.</summary>
    public static string Ago(TimeSpan since) => since switch
    {
        { TotalSeconds: < -2 } => $"in {Long(-since)}",
        { TotalSeconds: < 1 } => "now",
        { TotalSeconds: < 60 } => $"{(int)since.TotalSeconds} s ago",
        { TotalHours: < 1 } => $"{(int)since.TotalMinutes} m ago",
        { TotalDays: < 1 } => $"{(int)since.TotalHours} h ago",
        _ => $"{(int)since.TotalDays} d ago",
    };

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(long number, string one, string many) => $"{Count(number)} {(number == 1 ? one : many)}";

    static string Two(int first, string unit, int second, string smaller) =>
        second == 0 ? $"{first} {unit}" : $"{first} {unit} {second} {smaller}";
}
