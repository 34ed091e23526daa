using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RunLedger.Sealing;
using RunLedger.Signing;

namespace RunLedger.Cli.Verify;

/// <summary>Reads checkpoints off signed documents.</summary>
/// <param name="keys">Those that may have signed; none: signatures are not looked at.</param>
sealed class CheckpointReader(IReadOnlyList<VerifyingKey> keys)
{
    /// <summary>Whether signatures are looked at.</summary>
    public bool HasKeys => keys.Count > 0;

    /// <summary>The checkpoint, and why it cannot be trusted; null where it can.</summary>
    public (SealedCheckpoint? Checkpoint, string? Fault) Read(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var document = json.RootElement.GetProperty("document");
            var hash = Convert.ToHexStringLower(SHA256.HashData(CanonicalText.Of(document)));
            return (SealedCheckpoint.Read(document, hash), keys.Count == 0 ? null : Fault(text));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return (null, "it is no whole signed document");
        }
    }

    string? Fault(string text)
    {
        var found = keys.Select(key => SignedDocument.Verify(Encoding.UTF8.GetBytes(text), key)).ToList();
        if (found.Exists(one => one.Fault is null))
            return null;
        // A key that was lost is followed by another: which, is said by whom one trusts.
        return found.Find(one => one.Fault != Signing.Fault.WrongKey) is { Words: { } words } ? words : found[^1].Words;
    }
}
