using System.Security.Cryptography;

namespace RunLedger.Sealing;

/// <summary>
/// SHA-256 of what is short, again and again: with one context for each thread, because making one takes longer than
/// hashing a row does.
/// </summary>
static class Sha256
{
    [ThreadStatic]
    static IncrementalHash? _hash;

    public static void Hash(ReadOnlySpan<byte> bytes, Span<byte> into)
    {
        var hash = _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes);
        hash.GetHashAndReset(into);
    }
}
