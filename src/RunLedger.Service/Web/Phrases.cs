using System.Globalization;
using RunLedger.Telemetry;

namespace RunLedger.Service.Web;

/// <summary>Times and counts as people say them.</summary>
static class Phrases
{
    /// <summary>How long, in its two largest units; a negative one with a sign.</summary>
    public static string Long(TimeSpan span) => SpanWords.Of(span);

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
}
