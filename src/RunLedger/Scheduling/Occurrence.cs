using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit.Serialization;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>One message of a schedule: as it was given, with an id and times of its own.</summary>
static class Occurrence
{
    public static ScheduledRow Of(ScheduledRow row, DateTime now)
    {
        var headers = ScheduledHeaders.Read(row.Headers);
        var expires = headers.ExpiresAt is { } end ? now + (end - row.SentAt) : (DateTime?)null;
        var id = RecurringMessage.MessageId(row);
        return row with
        {
            MessageId = id,
            Headers = (headers with { ExpiresAt = expires }).Json(),
            Body = HasEnvelope(row) ? Envelope(row.Body, id, now, expires) : row.Body,
        };
    }

    static bool HasEnvelope(ScheduledRow row) =>
        new ContentType(row.ContentType).MediaType == SystemTextJsonMessageSerializer.JsonContentType.MediaType;

    static byte[] Envelope(byte[] body, Guid id, DateTime now, DateTime? expires)
    {
        var envelope = JsonNode.Parse(body)!.AsObject();
        envelope["messageId"] = id.ToString();
        envelope["sentTime"] = LedgerTime.Text(now);
        if (expires is { } end)
            envelope["expirationTime"] = LedgerTime.Text(end);
        return JsonSerializer.SerializeToUtf8Bytes(envelope);
    }
}
