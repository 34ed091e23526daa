using System.Security.Cryptography;
using System.Text;
using MassTransit;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Intake;

/// <summary>Makes the rows of <c>rejected_observation</c>.</summary>
sealed class Rejections(TimeProvider time)
{
    /// <summary>The header of a message that was set aside and is sent again: the id of its row.</summary>
    public const string AgainHeader = "RunLedger-Rejected-Id";

    /// <summary>
    /// A message as the transport delivered it; its origin is the queue. One that is sent again goes back to its row.
    /// </summary>
    public RejectedRow Of(ReceiveContext context, Headers headers, string? contract, string reason)
    {
        var row = Of(
            contract,
            context.InputAddress.Segments[^1],
            context.ContentType?.MediaType,
            context.Body.GetBytes(),
            reason);
        return headers.TryGetHeader(AgainHeader, out var again) && Guid.TryParse(again?.ToString(), out var id)
            ? row with { RejectedId = id }
            : row;
    }

    /// <summary>Something that came another way.</summary>
    public RejectedRow Of(string? contract, string origin, string? contentType, byte[] payload, string reason)
    {
        var digest = SHA256.HashData([.. Encoding.UTF8.GetBytes(contract ?? ""), 0, .. payload]);
        return new RejectedRow
        {
            RejectedId = new Guid(digest.AsSpan(0, 16), bigEndian: true),
            Contract = Storable(contract),
            Origin = Storable(origin)!,
            ContentType = Storable(contentType),
            Payload = payload,
            Reason = Storable(reason)!,
            Fingerprint = ErrorShape.Fingerprint(Storable(contract), ErrorShape.Of(Storable(reason))),
            RejectedAt = LedgerTime.Time(LedgerTime.Of(time.GetUtcNow())),
        };
    }

    // Names and reasons may quote what the sender wrote; the row that says so must be storable whatever it was.
    static string? Storable(string? text) => text is null ? null : StorableText.Mend(text);
}
