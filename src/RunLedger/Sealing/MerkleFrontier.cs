using System.Numerics;

namespace RunLedger.Sealing;

/// <summary>
/// A Merkle tree that grows at its end, without its leaves: of each power of two in its size the root of so many.
/// </summary>
sealed class MerkleFrontier
{
    readonly List<byte[]> _peaks = [];

    public long Size { get; private set; }

    /// <summary>The roots, the greatest tree first.</summary>
    public byte[] Peaks => [.. _peaks.SelectMany(peak => peak)];

    public static MerkleFrontier From(long size, ReadOnlySpan<byte> peaks)
    {
        if (size < 0 || peaks.Length != BitOperations.PopCount((ulong)size) * MerkleTree.HashSize)
            throw new ArgumentException("They are not the roots of a tree of that size.", nameof(peaks));
        var frontier = new MerkleFrontier { Size = size };
        for (; !peaks.IsEmpty; peaks = peaks[MerkleTree.HashSize..])
            frontier._peaks.Add(peaks[..MerkleTree.HashSize].ToArray());
        return frontier;
    }

    public void Add(ReadOnlySpan<byte> leafHash)
    {
        var hash = leafHash.ToArray();
        for (var left = Size; (left & 1) == 1; left >>= 1)
        {
            MerkleTree.HashNode(_peaks[^1], hash, hash);
            _peaks.RemoveAt(_peaks.Count - 1);
        }

        _peaks.Add(hash);
        Size++;
    }

    public byte[] Root()
    {
        if (_peaks.Count == 0)
            return MerkleTree.Empty;
        var hash = (byte[])_peaks[^1].Clone();
        for (var at = _peaks.Count - 2; at >= 0; at--)
            MerkleTree.HashNode(_peaks[at], hash, hash);
        return hash;
    }
}
