using System.Text.Json;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// The time of an event: ISO 8601, with or without an offset (then UTC, as a server's clock mostly runs), of any
/// precision down to nanoseconds and beyond, cut to the microseconds that the ledger keeps.
/// </summary>
static class LineageTime
{
    public static DateTimeOffset? Of(EventNode node)
    {
        const string send = "ISO 8601 with an offset, such as 2026-03-02T09:30:00.123456Z";
        if (node.Required("eventTime", send)?.As(JsonValueKind.String, send) is not { } time)
        {
            return null;
        }

        // Only a DateTime tells that no offset was given; as a DateTimeOffset it would be this machine's local time.
        if (time.Json.TryGetDateTime(out var zoneless) && zoneless.Kind == DateTimeKind.Unspecified)
        {
            return Cut(zoneless.Ticks);
        }

        if (time.Json.TryGetDateTimeOffset(out var instant))
        {
            return Cut(instant.UtcTicks);
        }

        time.Blame("is not a time", send);
        return null;
    }

    static DateTimeOffset Cut(long ticks) => new(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
