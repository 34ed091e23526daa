namespace RunLedger.Folding;

/// <summary>Times as the fold keeps them: whole microseconds since 1970 UTC, what PostgreSQL keeps.</summary>
static class LedgerTime
{
    public static long Of(DateTimeOffset time) => Of(time.UtcDateTime);

    public static long Of(DateTime utc) =>
        (utc.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTime Time(long micros) =>
        DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>ISO 8601 UTC with six decimals.</summary>
    public static string Text(long micros) => Text(Time(micros));

    public static string Text(DateTime utc) =>
        utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
