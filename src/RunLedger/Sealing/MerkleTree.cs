using System.Security.Cryptography;

namespace RunLedger.Sealing;

/// <summary>
/// The Merkle tree of RFC 6962 (section 2.1): a leaf is hashed after a zero byte, a node after a one, so that neither
/// can be taken for the other, and the left part is the greatest power of two that leaves something for the right.
/// </summary>
static class MerkleTree
{
    public const int HashSize = 32;

    const int MostOnStack = 1024;

    /// <summary>The root of no leaves.</summary>
    public static byte[] Empty => SHA256.HashData([]);

    public static void HashLeaf(ReadOnlySpan<byte> leaf, Span<byte> into)
    {
        Span<byte> bytes = leaf.Length < MostOnStack ? stackalloc byte[leaf.Length + 1] : new byte[leaf.Length + 1];
        bytes[0] = 0;
        leaf.CopyTo(bytes[1..]);
        Sha256.Hash(bytes, into);
    }

    public static byte[] HashLeaf(ReadOnlySpan<byte> leaf)
    {
        var hash = new byte[HashSize];
        HashLeaf(leaf, hash);
        return hash;
    }

    public static void HashNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> into)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * HashSize)];
        bytes[0] = 1;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + HashSize)..]);
        Sha256.Hash(bytes, into);
    }

    /// <summary>The root over hashes of leaves, one after another, which it overwrites.</summary>
    public static byte[] Root(Span<byte> hashes)
    {
        var count = hashes.Length / HashSize;
        if (count == 0)
            return Empty;
        for (; count > 1; count = (count + 1) / 2)
            Fold(hashes, count);
        return hashes[..HashSize].ToArray();
    }

    /// <summary>The root that a path leads to; null where the path cannot be of a tree of so many leaves.</summary>
    public static byte[]? Follow(ReadOnlySpan<byte> leafHash, long at, long count, ReadOnlySpan<byte> path)
    {
        if (at < 0 || at >= count)
            return null;
        var hash = leafHash.ToArray();
        for (; count > 1; count = (count + 1) / 2, at /= 2)
        {
            if ((at ^ 1) >= count)
                continue;
            if (path.Length < HashSize)
                return null;
            if (at % 2 == 0)
                HashNode(hash, path[..HashSize], hash);
            else
                HashNode(path[..HashSize], hash, hash);
            path = path[HashSize..];
        }

        return path.IsEmpty ? hash : null;
    }

    static void Fold(Span<byte> hashes, int count)
    {
        for (var at = 0; at < count / 2; at++)
        {
            HashNode(
                hashes.Slice(2 * at * HashSize, HashSize),
                hashes.Slice(((2 * at) + 1) * HashSize, HashSize),
                hashes.Slice(at * HashSize, HashSize));
        }

        if (count % 2 == 1)
            hashes.Slice((count - 1) * HashSize, HashSize).CopyTo(hashes[(count / 2 * HashSize)..]);
    }
}
