using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace RunLedger.Signing;

/// <summary>
/// A JSON document with its signature beside it: a JWS with detached content (RFC 7515, appendix F; EdDSA, RFC 8037),
/// whose payload is the document in the spelling of RFC 8785. So the document stays readable, may be indented by
/// whoever passes it on, and any JOSE library verifies it.
/// </summary>
static class SignedDocument
{
    public const string Unsigned =
        "Nobody signed this: the ledger has no signing key, so that nothing shows whether somebody changed it.";

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <param name="document">The document; written in its canonical spelling.</param>
    /// <param name="key">Null where there is none: the envelope then says so.</param>
    public static byte[] Write(JsonElement document, SigningKey? key)
    {
        var payload = CanonicalText.Of(document);
        var end = key is null
            ? $$""","jws":null,"keyId":null,"unsigned":{{JsonSerializer.Serialize(Unsigned)}}}"""
            : $$""","jws":"{{Sign(payload, key)}}","keyId":"{{key.Public.Id}}"}""";
        return [.. "{\"document\":"u8, .. payload, .. Encoding.UTF8.GetBytes(end)];
    }

    static string Sign(byte[] payload, SigningKey key)
    {
        var header = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
            $$"""{"alg":"EdDSA","kid":"{{key.Public.Id}}"}"""));
        return $"{header}..{Base64Url.EncodeToString(key.Sign(Input(header, payload)))}";
    }

    static byte[] Input(string header, byte[] payload) =>
        Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(payload)}");

    /// <summary>Whether the file is as the holder of the key signed it; if not, why.</summary>
    public static Verification Verify(ReadOnlyMemory<byte> file, VerifyingKey key)
    {
        try
        {
            using var json = JsonDocument.Parse(file, Strict);
            return Verify(json.RootElement, key);
        }
        // The second: what stands between quotes is no text.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new(
                Fault.Unreadable,
                $"It is no whole JSON, or names something twice; it may have been cut off: {e.Message}");
        }
    }

    static Verification Verify(JsonElement file, VerifyingKey key)
    {
        if (file.ValueKind != JsonValueKind.Object || !file.TryGetProperty("document", out var document)
            || !file.TryGetProperty("jws", out var jws))
            return new(Fault.Unreadable, "It is no signed document: it has not both members document and jws.");
        if (jws.ValueKind == JsonValueKind.Null)
            return new(Fault.Unsigned, "It is unsigned: nothing shows whether somebody changed it.");
        if (jws.ValueKind != JsonValueKind.String || jws.GetString()!.Split('.') is not [var header, "", var signature]
            || Decode(signature) is not { } bytes || Header(header) is not { } said)
            return new(Fault.Unreadable, "Its signature is no JWS with detached content.");
        if (said.Algorithm != "EdDSA")
            return new(Fault.Unreadable, $"It is signed by {said.Algorithm}, and this reads EdDSA alone.");
        if (said.KeyId != key.Id)
            return new(Fault.WrongKey, $"It was signed with the key {said.KeyId}; the key given is {key.Id}.");
        try
        {
            return key.Verify(Input(header, CanonicalText.Of(document)), bytes)
                ? new(null, $"It is as the holder of the key {key.Id} signed it.")
                : new(Fault.Changed, "It is not as it was signed: the document, or its signature, was changed.");
        }
        catch (FormatException e)
        {
            return new(Fault.Changed, $"It is not as it was signed: {e.Message}.");
        }
    }

    static (string? Algorithm, string? KeyId)? Header(string text)
    {
        try
        {
            if (Decode(text) is not { } bytes)
                return null;
            using var header = JsonDocument.Parse(bytes, Strict);
            // Who does not know what is critical must not accept it, and nothing is known here.
            var root = header.RootElement;
            return root.TryGetProperty("crit", out _)
                ? null
                : (root.GetProperty("alg").GetString(), root.GetProperty("kid").GetString());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    static byte[]? Decode(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
