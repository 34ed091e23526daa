using System.Security.Cryptography;
using System.Text;
using MassTransit;
using RunLedger.GroupCommit;
using RunLedger.Runs;

namespace RunLedger.Intake;

/// <summary>Makes the rows of <c>rejected_observation</c>.</summary>
sealed class Rejections(TimeProvider time)
{
    /// <summary>A message as the transport delivered it.</summary>
    public RejectedRow Of(ReceiveContext context, string? contract, string reason) => Of(
        contract,
        context.InputAddress.Segments[^1],
        context.ContentType?.MediaType,
        context.Body.GetBytes(),
        reason);

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
            RejectedAt = Micros.Time(Micros.Of(time.GetUtcNow())),
        };
    }

    // Names and reasons may quote what the sender wrote; the row that says so must be storable whatever it was.
    static string? Storable(string? text) =>
        text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD')));
}
