using System.Buffers.Binary;

namespace RunLedger.Verifying;

/// <summary>What the commits so far say that a row is, and whether it was seen.</summary>
sealed class RowState
{
    UInt128 _high;
    UInt128 _low;

    /// <summary>The last commit that wrote it, or had it leave.</summary>
    public long Seq { get; set; }

    public RowPlace Place { get; set; }

    /// <summary>It is of before the ledger was sealed last, and was not taken up since.</summary>
    public bool Stale { get; set; }

    /// <summary>It is in a table.</summary>
    public bool Seen { get; set; }

    /// <summary>It was seen in the ledger's own table: what files have of it was brought back.</summary>
    public bool InTable { get; set; }

    /// <summary>A file has it as it was written last: what others have of it is older.</summary>
    public bool InFile { get; set; }

    /// <summary>Whether any commit says what it is: not of one that left before it was taken up.</summary>
    public bool Known { get; private set; }

    public string Hex => $"{_high:x32}{_low:x32}";

    public void Set(ReadOnlySpan<byte> hash)
    {
        _high = BinaryPrimitives.ReadUInt128BigEndian(hash);
        _low = BinaryPrimitives.ReadUInt128BigEndian(hash[16..]);
        Known = true;
    }

    public void Forget() => Known = false;

    public bool Begins(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128BigEndian(hash) == _high;

    public bool Is(ReadOnlySpan<byte> hash) =>
        Begins(hash) && BinaryPrimitives.ReadUInt128BigEndian(hash[16..]) == _low;
}
