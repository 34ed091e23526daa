namespace RunLedger.Sealing;

/// <summary>One leaf of a commit, as its bytes: kind and way, id, and what its kind has.</summary>
readonly ref struct Leaf(ReadOnlySpan<byte> bytes)
{
    /// <summary>
    /// How much of the hash of what was there before is kept: enough that nobody finds another with it.
    /// </summary>
    public const int BeforeSize = 16;

    public const int RowSize = 1 + 16 + BeforeSize + RowDigest.Size;
    public const int ObservationSize = 1 + 16 + 16;

    const byte KindBits = 0x3F;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public LeafKind Kind => (LeafKind)(Bytes[0] & KindBits);

    public LeafWay Way => (LeafWay)(Bytes[0] & ~KindBits);

    public Guid Id => new(Bytes.Slice(1, 16), bigEndian: true);

    /// <summary>Zeros where nothing was there, or nobody looked.</summary>
    public ReadOnlySpan<byte> Before => Bytes.Slice(17, BeforeSize);

    /// <summary>Zeros where nothing is there any more; of an observation its hash.</summary>
    public ReadOnlySpan<byte> After => Kind == LeafKind.Observation ? Bytes[17..] : Bytes[(17 + BeforeSize)..];

    /// <summary>The length of the leaf that begins with a byte.</summary>
    public static int SizeOf(byte first) =>
        (LeafKind)(first & KindBits) == LeafKind.Observation ? ObservationSize : RowSize;
}
