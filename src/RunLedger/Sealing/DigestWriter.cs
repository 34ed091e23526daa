using System.Buffers.Binary;
using System.Text;
using RunLedger.Folding;

namespace RunLedger.Sealing;

/// <summary>
/// The fields of a row as the bytes that are hashed: of each that is not null its number, its length and its value.
/// What is longer than <see cref="Longest"/> stands as its own SHA-256, so that a row can be shown without it.
/// </summary>
sealed class DigestWriter
{
    public const int Longest = 128;

    /// <summary>Beside the number of a field that stands as its hash.</summary>
    public const byte Hashed = 0x80;

    const int Header = 2;

    byte[] _bytes = new byte[4096];
    byte[] _text = new byte[1024];
    int _count;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    public void Begin(byte kind)
    {
        _count = 0;
        Room(1)[0] = kind;
        _count = 1;
    }

    public void Write(byte field, Guid value)
    {
        value.TryWriteBytes(Field(field, 16), bigEndian: true, out _);
    }

    public void Write(byte field, Guid? value)
    {
        if (value is { } id)
            Write(field, id);
    }

    public void Write(byte field, DateTime? value)
    {
        if (value is { } time)
            BinaryPrimitives.WriteInt64BigEndian(Field(field, 8), LedgerTime.Of(time));
    }

    public void Write(byte field, string? value)
    {
        if (value is null)
            return;
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (most > _text.Length)
            _text = new byte[most];
        var bytes = Encoding.UTF8.GetBytes(value, _text);
        Write(field, _text.AsSpan(0, bytes));
    }

    public void Write(byte field, ReadOnlySpan<byte> value)
    {
        if (value.Length > Longest)
            Sha256.Hash(value, Field((byte)(field | Hashed), 32));
        else
            value.CopyTo(Field(field, value.Length));
    }

    /// <summary>The hash of all.</summary>
    public void Hash(Span<byte> into) => Sha256.Hash(Written, into);

    Span<byte> Field(byte field, int length)
    {
        var bytes = Room(Header + length);
        bytes[0] = field;
        bytes[1] = (byte)length;
        _count += Header + length;
        return bytes.Slice(Header, length);
    }

    Span<byte> Room(int length)
    {
        if (_count + length > _bytes.Length)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        return _bytes.AsSpan(_count, length);
    }
}
