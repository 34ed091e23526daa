using System.ComponentModel;
using System.Text;
using RunLedger.Service.Web;

namespace RunLedger.Service.Rejected;

/// <summary>What could not be taken, with its payload in the plainest form it has.</summary>
sealed record RejectedAnswer
{
    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public required Guid RejectedId { get; init; }
    public required string? Contract { get; init; }

    [Description("Where it came from: the queue or exchange, or the HTTP route.")]
    public required string Origin { get; init; }
    public required string? ContentType { get; init; }

    [Description("What is wrong, in words a person can act on.")]
    public required string Reason { get; init; }
    public required DateTime RejectedAt { get; init; }

    [Description("JSON where it is JSON, otherwise a string: the text, or base64 where it is no text either.")]
    public required RawJson Payload { get; init; }

    [Description("How payload is to be read: json, text or base64.")]
    public required string PayloadFormat { get; init; }

    [Description("The length of the whole payload.")]
    public required int PayloadBytes { get; init; }

    [Description("True when payload is only the head; the whole is at /api/rejected/{id}.")]
    public required bool PayloadTruncated { get; init; }

    [Description("open (it waits for somebody), resending, resent or discarded.")]
    public required string State { get; init; }

    [Description("Its group in /api/rejected/groups.")]
    public required string? Fingerprint { get; init; }

    [Description("What an operator sent in its place, as text or base64; null in lists, and when nothing was.")]
    public required string? Corrected { get; init; }

    [Description("The action in /api/actions that was the last to take it.")]
    public required Guid? ActionId { get; init; }
    public required DateTime? HandledAt { get; init; }
    public required string? HandledBy { get; init; }

    [Description("Why, as the operator said.")]
    public required string? HandledReason { get; init; }

    [Description("What became of it when it was last sent again or discarded.")]
    public required string? Outcome { get; init; }

    public static RejectedAnswer From(RejectedHead head)
    {
        var cut = head.Row.Payload.Length < head.PayloadBytes;
        var (format, payload) = Show(head.Row.Payload, cut);
        return new()
        {
            RejectedId = head.Row.RejectedId,
            Contract = head.Row.Contract,
            Origin = head.Row.Origin,
            ContentType = head.Row.ContentType,
            Reason = head.Row.Reason,
            RejectedAt = head.Row.RejectedAt,
            Payload = payload,
            PayloadFormat = format,
            PayloadBytes = head.PayloadBytes,
            PayloadTruncated = cut,
            State = head.Row.State,
            Fingerprint = head.Row.Fingerprint,
            Corrected = head.Row.Corrected is { } corrected
                ? TextOf(corrected, cut: false) ?? Convert.ToBase64String(corrected)
                : null,
            ActionId = head.Row.ActionId,
            HandledAt = head.Row.HandledAt,
            HandledBy = head.Row.HandledBy,
            HandledReason = head.Row.HandledReason,
            Outcome = head.Row.Outcome,
        };
    }

    // 64 levels are what most readers take; what nests deeper is shown as text.
    static (string Format, RawJson Payload) Show(byte[] payload, bool cut)
    {
        if (!cut && RawJson.TryParse(payload, maxDepth: 60) is { } json)
        {
            return ("json", json);
        }
        return TextOf(payload, cut) is { } text
            ? ("text", RawJson.Text(text))
            : ("base64", RawJson.Text(Convert.ToBase64String(payload)));
    }

    static string? TextOf(byte[] payload, bool cut)
    {
        try
        {
            // A decoder that is not flushed leaves out the half of a character at which the head was cut.
            var text = new char[payload.Length];
            var length = StrictUtf8.GetDecoder().GetChars(payload, text, flush: !cut);
            return new string(text, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
