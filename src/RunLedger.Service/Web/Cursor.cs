using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using RunLedger.Service.Database;

namespace RunLedger.Service.Web;

/// <summary>
/// Page keys as clients carry them: opaque, and tied by a digest to the list and filters they came from, so that a
/// cursor used with others is rejected instead of answered with a page that belongs to nothing.
/// </summary>
static class Cursor
{
    const int DigestLength = 8;
    const int Length = DigestLength + sizeof(long) + 16;
    const long NoTime = -1;

    /// <summary>More than the longest code takes.</summary>
    const int MostKey = 8 * 1024;

    /// <summary>Of <see cref="DateTime.MaxValue"/>, which is no constant.</summary>
    const long MaxTicks = 3_155_378_975_999_999_999;

    /// <param name="key">Where the page ended.</param>
    /// <param name="list">The list and its filters, as one text.</param>
    public static string Write(PageKey key, string list)
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(DigestLength), key.At?.Ticks ?? NoTime);
        key.Id.TryWriteBytes(bytes.AsSpan(DigestLength + sizeof(long)));
        Digest(bytes, list).CopyTo(bytes.AsSpan());
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null where the text is no cursor of this list, also one that was made up with care.</summary>
    /// <param name="text">As it was sent.</param>
    /// <param name="list">The list and its filters, as one text.</param>
    /// <param name="timeless">Whether the list has rows without a time, which a page may end with.</param>
    public static PageKey? Read(string text, string list, bool timeless = false)
    {
        var bytes = new byte[Length];
        if (!Base64Url.IsValid(text, out var length)
            || length != Length
            || !Base64Url.TryDecodeFromChars(text, bytes, out _)
            || !bytes.AsSpan(0, DigestLength).SequenceEqual(Digest(bytes, list)))
        {
            return null;
        }
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(DigestLength));
        var id = new Guid(bytes.AsSpan(DigestLength + sizeof(long)));
        return ticks switch
        {
            // The digest has no secret: whoever reads this can give any number one that fits.
            NoTime => timeless ? new(null, id) : null,
            >= 0 and <= MaxTicks => new(new DateTime(ticks, DateTimeKind.Utc), id),
            _ => null,
        };
    }

    /// <summary>The same for a list whose key is a text.</summary>
    public static string Write(string key, string list)
    {
        byte[] bytes = [.. new byte[DigestLength], .. Encoding.UTF8.GetBytes(key)];
        Digest(bytes, list).CopyTo(bytes.AsSpan());
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null where the text is no cursor of this list.</summary>
    public static string? ReadKey(string text, string list)
    {
        if (text.Length > MostKey || !Base64Url.IsValid(text))
            return null;
        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= DigestLength || !bytes.AsSpan(0, DigestLength).SequenceEqual(Digest(bytes, list)))
            return null;
        // The digest has no secret: what it fits need not be text, nor what a row can have.
        return Utf8.IsValid(bytes.AsSpan(DigestLength)) && !bytes.AsSpan(DigestLength).Contains((byte)0)
            ? Encoding.UTF8.GetString(bytes.AsSpan(DigestLength))
            : null;
    }

    static ReadOnlySpan<byte> Digest(byte[] bytes, string list) =>
        SHA256.HashData([.. bytes.AsSpan(DigestLength), .. Encoding.UTF8.GetBytes(list)]).AsSpan(0, DigestLength);
}
