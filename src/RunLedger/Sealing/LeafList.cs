using System.Buffers.Binary;
using RunLedger.Storage.Rows;

namespace RunLedger.Sealing;

/// <summary>The leaves of a commit that is about to be made, one after another.</summary>
sealed class LeafList
{
    byte[] _bytes = new byte[8 * Leaf.RowSize];

    public int Count { get; private set; }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>A row that was written; <paramref name="before"/> is null where it is new.</summary>
    public void Run(RunRow? before, RunRow after, LeafWay way = LeafWay.Written) =>
        Written(Row(LeafKind.Run, way, after.Id), before, after, RowDigest.Write);

    /// <inheritdoc cref="Run(RunRow?, RunRow, LeafWay)"/>
    public void Component(ComponentRow? before, ComponentRow after, LeafWay way = LeafWay.Written) =>
        Written(Row(LeafKind.Component, way, after.Id), before, after, RowDigest.Write);

    /// <inheritdoc cref="Run(RunRow?, RunRow, LeafWay)"/>
    public void Rejected(RejectedRow? before, RejectedRow after, LeafWay way = LeafWay.Written) =>
        Written(Row(LeafKind.Rejected, way, after.RejectedId), before, after, RowDigest.Write);

    /// <summary>A row that became part of another.</summary>
    public void Gone(RunRow before) => Before(Row(LeafKind.Run, LeafWay.Gone, before.Id), before, RowDigest.Write);

    /// <inheritdoc cref="Gone(RunRow)"/>
    public void Gone(ComponentRow before) =>
        Before(Row(LeafKind.Component, LeafWay.Gone, before.Id), before, RowDigest.Write);

    /// <summary>What left without being looked at once more.</summary>
    public void Left(LeafKind kind, LeafWay way, Guid id) => Row(kind, way, id);

    /// <summary>A slice of files, by the SHA-256 of its manifest.</summary>
    public void Slice(Guid id, ReadOnlySpan<byte> manifest, LeafWay way = LeafWay.Written) =>
        manifest.CopyTo(Row(LeafKind.Slice, way, id)[Leaf.BeforeSize..]);

    /// <summary>A statement about the ledger itself.</summary>
    public void Statement(LeafKind kind, Guid id) => Row(kind, LeafWay.Written, id);

    /// <summary>An observation as it was taken.</summary>
    public void Observation(Guid id, UInt128 hash)
    {
        var leaf = Add(Leaf.ObservationSize, (byte)LeafKind.Observation, id);
        BinaryPrimitives.WriteUInt128BigEndian(leaf, hash);
    }

    /// <summary>From here on commits are sealed: before everything else.</summary>
    public void BeginEpoch(Guid epoch)
    {
        Row(LeafKind.Epoch, LeafWay.Written, epoch);
        var own = _bytes.AsSpan(Length - Leaf.RowSize, Leaf.RowSize).ToArray();
        _bytes.AsSpan(0, Length - Leaf.RowSize).CopyTo(_bytes.AsSpan(Leaf.RowSize));
        own.CopyTo(_bytes, 0);
    }

    static void Written<TRow>(Span<byte> leaf, TRow? before, TRow after, Action<TRow, Span<byte>> digest)
        where TRow : class
    {
        digest(after, leaf[Leaf.BeforeSize..]);
        if (before is not null)
            Before(leaf, before, digest);
    }

    static void Before<TRow>(Span<byte> leaf, TRow before, Action<TRow, Span<byte>> digest)
    {
        Span<byte> hash = stackalloc byte[RowDigest.Size];
        digest(before, hash);
        hash[..Leaf.BeforeSize].CopyTo(leaf);
    }

    Span<byte> Row(LeafKind kind, LeafWay way, Guid id) => Add(Leaf.RowSize, (byte)((byte)kind | (byte)way), id);

    // What follows the id; zeros.
    Span<byte> Add(int size, byte first, Guid id)
    {
        if (Length + size > _bytes.Length)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        var leaf = _bytes.AsSpan(Length, size);
        leaf[0] = first;
        id.TryWriteBytes(leaf.Slice(1, 16), bigEndian: true, out _);
        Length += size;
        Count++;
        return leaf[17..];
    }
}
