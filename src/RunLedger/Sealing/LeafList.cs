using System.Buffers.Binary;
using RunLedger.Storage.Rows;

namespace RunLedger.Sealing;

/// <summary>The leaves of a commit that is about to be made, one after another.</summary>
/// <param name="room">For how many bytes at first.</param>
sealed class LeafList(int room = 8 * Leaf.RowSize)
{
    byte[] _bytes = new byte[room];

    public int Count { get; private set; }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>What the leaves of so many rows and observations take.</summary>
    public static int Size(int rows, int observations) => (rows * Leaf.RowSize)
        + ((observations + Leaf.MostObservations - 1) / Leaf.MostObservations * Leaf.ObservationsHeader)
        + (observations * Leaf.ObservationsEach);

    /// <summary>All of them; nothing is added any more.</summary>
    public byte[] ToArray() => Length == _bytes.Length ? _bytes : Bytes.ToArray();

    /// <summary>A row that was written; <paramref name="before"/> is null where it is new.</summary>
    public void Run(RunRow? before, RunRow after, LeafWay way = LeafWay.Written) =>
        Written(Row(LeafKind.Run, way, after.Id), before, after, RowDigest.Write);

    /// <inheritdoc cref="Run(RunRow?, RunRow, LeafWay)"/>
    public void Component(ComponentRow? before, ComponentRow after, LeafWay way = LeafWay.Written) =>
        Written(Row(LeafKind.Component, way, after.Id), before, after, RowDigest.Write);

    /// <inheritdoc cref="Run(RunRow?, RunRow, LeafWay)"/>
    public void Rejected(RejectedRow? before, RejectedRow after, LeafWay way = LeafWay.Written) =>
        Written(Row(LeafKind.Rejected, way, after.RejectedId), before, after, RowDigest.Write);

    /// <summary>
    /// Runs that come back from the archive with their components, as they are there. Those of components change
    /// nothing; but what is taken up, table by table, would not meet one that goes back to a table it is done with.
    /// </summary>
    public void Returned(List<RunRow> runs, List<ComponentRow> components, DateTime now)
    {
        runs.ForEach(run => Run(run, run with { SettledAt = run.SettledAt is null ? null : now }));
        components.ForEach(component => Component(component, component, LeafWay.TakenUp));
    }

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

    /// <summary>Observations as they were taken, by the first 128 bits of their hashes.</summary>
    public void Observations(ReadOnlySpan<UInt128> taken)
    {
        for (; !taken.IsEmpty; taken = taken[Math.Min(taken.Length, Leaf.MostObservations)..])
        {
            var count = Math.Min(taken.Length, Leaf.MostObservations);
            var leaf = Room(Leaf.ObservationsHeader + (count * Leaf.ObservationsEach));
            (leaf[0], leaf[1]) = ((byte)LeafKind.Observations, (byte)count);
            leaf = leaf[Leaf.ObservationsHeader..];
            foreach (var hash in taken[..count])
            {
                BinaryPrimitives.WriteUInt128BigEndian(leaf, hash);
                leaf = leaf[Leaf.ObservationsEach..];
            }
        }
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

    // What follows the id; zeros.
    Span<byte> Row(LeafKind kind, LeafWay way, Guid id)
    {
        var leaf = Room(Leaf.RowSize);
        leaf[0] = (byte)((byte)kind | (byte)way);
        id.TryWriteBytes(leaf.Slice(1, 16), bigEndian: true, out _);
        return leaf[17..];
    }

    // Of one more leaf; zeros.
    Span<byte> Room(int size)
    {
        if (Length + size > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + size));
        var leaf = _bytes.AsSpan(Length, size);
        Length += size;
        Count++;
        return leaf;
    }
}
