using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NSec.Cryptography;

namespace RunLedger.Signing;

/// <summary>
/// The public half of a signing key, Ed25519: who has it can tell whether a document is as it was signed.
/// </summary>
sealed class VerifyingKey(PublicKey key)
{
    static readonly SignatureAlgorithm Ed25519 = SignatureAlgorithm.Ed25519;

    /// <summary>Its bytes, in base64url: the member <c>x</c> of a JWK.</summary>
    string X { get; } = Base64Url.EncodeToString(key.Export(KeyBlobFormat.RawPublicKey));

    /// <summary>Names the key: the SHA-256 of its JWK, RFC 7638.</summary>
    public string Id => field ??= Base64Url.EncodeToString(SHA256.HashData(
        Encoding.ASCII.GetBytes($$"""{"crv":"Ed25519","kty":"OKP","x":"{{X}}"}""")));

    /// <summary>As a JWK, RFC 8037.</summary>
    public string Jwk => $$"""{"alg":"EdDSA","crv":"Ed25519","kid":"{{Id}}","kty":"OKP","use":"sig","x":"{{X}}"}""";

    /// <summary>As PEM, the way OpenSSL writes it.</summary>
    public string Pem => Encoding.ASCII.GetString(key.Export(KeyBlobFormat.PkixPublicKeyText));

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => Ed25519.Verify(key, data, signature);

    /// <summary>Reads PEM, a JWK, or a JWK set of one key; null where the text is none of them.</summary>
    public static VerifyingKey? TryRead(string text)
    {
        if (PublicKey.TryImport(
            Ed25519, Encoding.UTF8.GetBytes(text.Trim()), KeyBlobFormat.PkixPublicKeyText, out var pem))
            return new(pem!);
        try
        {
            using var json = JsonDocument.Parse(text);
            var jwk = json.RootElement;
            if (jwk.TryGetProperty("keys", out var keys))
                jwk = keys.EnumerateArray().Single();
            return jwk.GetProperty("crv").GetString() == "Ed25519"
                && PublicKey.TryImport(
                    Ed25519,
                    Base64Url.DecodeFromChars(jwk.GetProperty("x").GetString()),
                    KeyBlobFormat.RawPublicKey,
                    out var raw)
                ? new(raw!)
                : null;
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
