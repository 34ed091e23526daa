using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RunLedger.Service.Security;

/// <summary>
/// The keys of the configuration. They are 256 random bits, which nobody tries out, so their hash is a plain SHA-256: a
/// slow one, with a salt, protects what people choose and would cost every request its time.
/// </summary>
sealed class ApiKeys(SecurityOptions options)
{
    /// <summary>What every key begins with, so that scanners for leaked secrets find it.</summary>
    public const string Prefix = "rl_";

    const string Algorithm = "sha256:";
    const int Bytes = 32;

    readonly (byte[] Hash, Caller Holder)[] _keys = [.. options.Keys.Select(key => (
        ReadHash(key.Hash)!, new Caller("key", key.Name, Fingerprint(key.Hash), [.. key.Scopes])))];

    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static string Hash(string key) =>
        Algorithm + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>Null where it is no hash.</summary>
    public static byte[]? ReadHash(string text) =>
        text.StartsWith(Algorithm, StringComparison.Ordinal) && text.Length == Algorithm.Length + (2 * Bytes)
            && text.Skip(Algorithm.Length).All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text.AsSpan(Algorithm.Length))
            : null;

    /// <summary>Who holds a key; null for an unknown one. Takes as long for either, and for any difference.</summary>
    public Caller? Find(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        Caller? found = null;
        foreach (var (known, holder) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known))
                found = holder;
        }

        return found;
    }

    /// <summary>The holder of a key as the configuration has it now; null once the key is no longer there.</summary>
    public Caller? Holder(string fingerprint) => Array.Find(_keys, key => key.Holder.Id == fingerprint).Holder;

    // Of the hash, not of the key: says which key it was and nothing of it.
    static string Fingerprint(string hash) => hash[Algorithm.Length..][..16].ToLowerInvariant();
}
