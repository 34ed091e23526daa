using System.Globalization;

namespace RunLedger.Telemetry;

/// <summary>How long, as people say it.</summary>
static class SpanWords
{
    /// <summary>In its two largest units; a negative one with a sign.</summary>
    public static string Of(TimeSpan span)
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

    /// <inheritdoc cref="Of"/>
    public static string Seconds(double seconds) => Of(TimeSpan.FromSeconds(Math.Clamp(seconds, -1e10, 1e10)));

    static string Two(int first, string unit, int second, string smaller) =>
        second == 0 ? $"{first} {unit}" : $"{first} {unit} {second} {smaller}";
}
