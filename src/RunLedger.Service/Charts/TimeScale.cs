using System.Globalization;

namespace RunLedger.Service.Charts;

/// <summary>A time from left to right: where a moment lies in it, and which moments are marked.</summary>
public readonly record struct TimeScale(DateTime From, DateTime To)
{
    static readonly TimeSpan[] Steps =
    [
        .. new double[] { 1, 2, 5, 10, 20, 50, 100, 200, 500 }.Select(TimeSpan.FromMilliseconds),
        .. new double[] { 1, 2, 5, 10, 15, 30 }.Select(TimeSpan.FromSeconds),
        .. new double[] { 1, 2, 5, 10, 15, 30 }.Select(TimeSpan.FromMinutes),
        .. new double[] { 1, 2, 3, 6, 12 }.Select(TimeSpan.FromHours),
        .. new double[] { 1, 2, 7, 14, 28 }.Select(TimeSpan.FromDays),
    ];

    /// <summary>From 0 to 1; what lies outside is at the edge.</summary>
    public double Share(DateTime at) => To > From ? Math.Clamp((at - From) / (To - From), 0, 1) : 0;

    /// <summary>For an attribute of SVG.</summary>
    public string Percent(DateTime at) => Percent(Share(at));

    public static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    /// <summary>
    /// The round moments in it, at most so many, each as people write it: only as exactly as they lie apart, and as a
    /// day where a day begins.
    /// </summary>
    public IReadOnlyList<(DateTime At, string Label)> Ticks(int most)
    {
        var length = To - From;
        var step = Array.Find(Steps, one => length / one <= most);
        if (step == default)
            step = TimeSpan.FromDays(Math.Ceiling(length.TotalDays / most));
        var ticks = new List<(DateTime, string)>();
        var first = (From.Ticks + step.Ticks - 1) / step.Ticks * step.Ticks;
        for (var at = first; at <= To.Ticks; at += step.Ticks)
        {
            var moment = new DateTime(at, DateTimeKind.Utc);
            ticks.Add((moment, Label(moment, step)));
        }

        return ticks;
    }

    static string Label(DateTime at, TimeSpan step) => at.ToString(
        step >= TimeSpan.FromMinutes(1) && at.TimeOfDay == TimeSpan.Zero ? "d MMM"
        : step >= TimeSpan.FromMinutes(1) ? "HH:mm"
        : step >= TimeSpan.FromSeconds(1) ? "HH:mm:ss"
        : "HH:mm:ss.fff",
        CultureInfo.InvariantCulture);
}
