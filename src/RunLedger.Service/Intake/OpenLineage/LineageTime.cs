using System.Text.Json;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>The time of an event, cut to the microseconds that the ledger keeps.</summary>
static class LineageTime
{
    public static DateTimeOffset? Of(EventNode node)
    {
        if (node.Required("eventTime", WireTime.Send)?.As(JsonValueKind.String, WireTime.Send) is not { } time)
            return null;
        if (!WireTime.TryRead(time.Json.GetString(), out var at, out var fault))
        {
            time.Blame(fault, WireTime.Send);
            return null;
        }

        return new(at.Ticks - (at.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
