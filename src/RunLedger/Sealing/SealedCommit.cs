using System.Buffers.Binary;
using RunLedger.Folding;

namespace RunLedger.Sealing;

/// <summary>What a commit leaves beside the rows it wrote: a row of <c>sealed_commit</c>.</summary>
sealed record SealedCommit
{
    const int HeaderSize = 4 + 8 + 16 + 8 + 32 + 8 + 4 + 32;

    /// <summary>
    /// Drawn while it holds all its rows: of two commits that write one row, the later has the greater.
    /// </summary>
    public required long Seq { get; init; }

    /// <summary>Commits that were made one after another, each knowing the one before it.</summary>
    public required Guid Lane { get; init; }

    /// <summary>Its place in its lane, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>The hash of the one before it in its lane; zeros of the first.</summary>
    public required byte[] Previous { get; init; }

    /// <summary>By the clock of who made it.</summary>
    public required DateTime At { get; init; }

    /// <summary>How many leaves.</summary>
    public required int Count { get; init; }

    /// <summary>Of the Merkle tree over them.</summary>
    public required byte[] Root { get; init; }

    /// <summary>All of them, one after another; null where they were let go.</summary>
    public byte[]? Leaves { get; init; }

    /// <summary>Its place among all commits, from 0; null until a checkpoint has it.</summary>
    public long? Position { get; init; }

    /// <summary>What is hashed of it.</summary>
    public byte[] Header()
    {
        var bytes = new byte[HeaderSize];
        var rest = bytes.AsSpan();
        "RLC1"u8.CopyTo(rest);
        BinaryPrimitives.WriteInt64BigEndian(rest[4..], Seq);
        Lane.TryWriteBytes(rest[12..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(rest[28..], Number);
        Previous.CopyTo(rest[36..]);
        BinaryPrimitives.WriteInt64BigEndian(rest[68..], LedgerTime.Of(At));
        BinaryPrimitives.WriteInt32BigEndian(rest[76..], Count);
        Root.CopyTo(rest[80..]);
        return bytes;
    }

    /// <summary>A header read back, without leaves; null where it is none.</summary>
    public static SealedCommit? Read(ReadOnlySpan<byte> header) =>
        header.Length != HeaderSize || !header[..4].SequenceEqual("RLC1"u8)
            ? null
            : new()
            {
                Seq = BinaryPrimitives.ReadInt64BigEndian(header[4..]),
                Lane = new Guid(header.Slice(12, 16), bigEndian: true),
                Number = BinaryPrimitives.ReadInt64BigEndian(header[28..]),
                Previous = header.Slice(36, 32).ToArray(),
                At = LedgerTime.Time(BinaryPrimitives.ReadInt64BigEndian(header[68..])),
                Count = BinaryPrimitives.ReadInt32BigEndian(header[76..]),
                Root = header.Slice(80, 32).ToArray(),
            };

    /// <summary>As a leaf of the tree over all commits.</summary>
    public byte[] Hash => field ??= MerkleTree.HashLeaf(Header());

    /// <summary>The hashes of leaves, one after another; null where the bytes are not leaves to their end.</summary>
    public static byte[]? HashesOf(ReadOnlySpan<byte> leaves, int count)
    {
        if (count < 0 || count > leaves.Length / Leaf.Least)
            return null;
        var hashes = new byte[count * MerkleTree.HashSize];
        for (var at = 0; at < count; at++)
        {
            if (leaves.IsEmpty || Leaf.SizeOf(leaves) is var size && size > leaves.Length)
                return null;
            MerkleTree.HashLeaf(leaves[..size], hashes.AsSpan(at * MerkleTree.HashSize, MerkleTree.HashSize));
            leaves = leaves[size..];
        }

        return leaves.IsEmpty ? hashes : null;
    }
}
