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

    /// <summary>Of a leaf of observations: hashing one at a time takes longer than all of them together.</summary>
    public const int MostObservations = 32;

    /// <summary>Before the observations of a leaf: its kind, and how many they are.</summary>
    public const int ObservationsHeader = 2;

    /// <summary>Of each of them.</summary>
    public const int ObservationsEach = 16;

    /// <summary>The shortest: of one observation.</summary>
    public const int Least = ObservationsHeader + ObservationsEach;

    const byte KindBits = 0x3F;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public LeafKind Kind => (LeafKind)(Bytes[0] & KindBits);

    public LeafWay Way => (LeafWay)(Bytes[0] & ~KindBits);

    public Guid Id => new(Bytes.Slice(1, 16), bigEndian: true);

    /// <summary>Zeros where nothing was there, or nobody looked.</summary>
    public ReadOnlySpan<byte> Before => Bytes.Slice(17, BeforeSize);

    /// <summary>Zeros where nothing is there any more; of an observation its hash.</summary>
    public ReadOnlySpan<byte> After => Kind == LeafKind.Observation ? Bytes[17..] : Bytes[(17 + BeforeSize)..];

    /// <summary>How many observations.</summary>
    public int Observations => Kind switch
    {
        LeafKind.Observation => 1,
        LeafKind.Observations => Bytes[1],
        _ => 0,
    };

    /// <summary>The length of the first of some leaves.</summary>
    public static int SizeOf(ReadOnlySpan<byte> leaves) => (LeafKind)(leaves[0] & KindBits) switch
    {
        LeafKind.Observation => ObservationSize,
        LeafKind.Observations => ObservationsHeader + ((leaves.Length > 1 ? leaves[1] : 0) * ObservationsEach),
        _ => RowSize,
    };
}
