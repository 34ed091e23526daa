using RunLedger.Storage;

namespace RunLedger.Sealing;

/// <summary>The slices of files that count, under one hash: what a checkpoint says of the archive.</summary>
static class SealedSlices
{
    public static Task<List<SealedSlice>> Read(LedgerSql sql, CancellationToken cancellationToken) => sql.List(
        "select slice_id, month, manifest from sealed_slice",
        row => new SealedSlice(row.GetGuid(0), row.GetString(1), Convert.ToHexStringLower(row.BytesAt(2)!)),
        cancellationToken);

    /// <summary>
    /// The root of the Merkle tree over id and manifest of each, in the order of their ids, in lower-case hexadecimal;
    /// null of none.
    /// </summary>
    /// <exception cref="FormatException">A manifest's hash is no hexadecimal.</exception>
    public static string? RootOf(IReadOnlyCollection<SealedSlice> slices)
    {
        if (slices.Count == 0)
            return null;
        var hashes = new byte[slices.Count * MerkleTree.HashSize];
        var at = 0;
        foreach (var slice in slices.OrderBy(slice => $"{slice.Id}", StringComparer.Ordinal))
        {
            byte[] leaf = [.. slice.Id.ToByteArray(bigEndian: true), .. Convert.FromHexString(slice.Manifest)];
            MerkleTree.HashLeaf(leaf, hashes.AsSpan(at++ * MerkleTree.HashSize, MerkleTree.HashSize));
        }

        return Convert.ToHexStringLower(MerkleTree.Root(hashes));
    }
}
