using System.Numerics;

namespace RunLedger.Sealing;

/// <summary>
/// A Merkle tree that grows at its end, without its leaves: of each power of two in its size the root of so many.
/// </summary>
/// <param name="watched">The place of the leaf whose <see cref="Path"/> is asked for; none below 0.</param>
sealed class MerkleFrontier(long watched = -1)
{
    readonly List<(byte[] Hash, long First)> _peaks = [];
    readonly List<byte> _path = [];

    public long Size { get; private set; }

    /// <summary>The roots, the greatest tree first.</summary>
    public byte[] Peaks => [.. _peaks.SelectMany(peak => peak.Hash)];

    public static MerkleFrontier From(long size, ReadOnlySpan<byte> peaks)
    {
        if (size < 0 || peaks.Length != BitOperations.PopCount((ulong)size) * MerkleTree.HashSize)
            throw new ArgumentException("They are not the roots of a tree of that size.", nameof(peaks));
        var frontier = new MerkleFrontier { Size = size };
        for (var first = 0L; !peaks.IsEmpty; peaks = peaks[MerkleTree.HashSize..])
        {
            frontier._peaks.Add((peaks[..MerkleTree.HashSize].ToArray(), first));
            first += 1L << BitOperations.Log2((ulong)(size - first));
        }

        return frontier;
    }

    public void Add(ReadOnlySpan<byte> leafHash)
    {
        _peaks.Add((leafHash.ToArray(), Size));
        for (var left = Size++; (left & 1) == 1; left >>= 1)
        {
            _peaks[^2] = Join(_peaks[^2], _peaks[^1], _path);
            _peaks.RemoveAt(_peaks.Count - 1);
        }
    }

    public byte[] Root() => Top([]);

    /// <summary>What the watched leaf, which was added, is hashed with on the way to the root, from below.</summary>
    public byte[] Path()
    {
        List<byte> path = [.. _path];
        Top(path);
        return [.. path];
    }

    byte[] Top(List<byte> path)
    {
        if (_peaks.Count == 0)
            return MerkleTree.Empty;
        var top = _peaks[^1];
        for (var at = _peaks.Count - 2; at >= 0; at--)
            top = Join(_peaks[at], top, path);
        return top.Hash;
    }

    // The right one ends where the tree does.
    (byte[] Hash, long First) Join((byte[] Hash, long First) left, (byte[] Hash, long First) right, List<byte> path)
    {
        if (watched >= left.First && watched < Size)
            path.AddRange(watched < right.First ? right.Hash : left.Hash);
        var hash = new byte[MerkleTree.HashSize];
        MerkleTree.HashNode(left.Hash, right.Hash, hash);
        return (hash, left.First);
    }
}
