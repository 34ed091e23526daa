using System.Text;

namespace RunLedger.Cli.Observing;

/// <summary>The end of a stream of bytes, as lines that the ledger can store.</summary>
sealed class LineTail(int capacity)
{
    readonly byte[] _ring = new byte[capacity];
    long _seen;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > capacity)
        {
            _seen += bytes.Length - capacity;
            bytes = bytes[^capacity..];
        }

        var at = (int)(_seen % capacity);
        var first = Math.Min(bytes.Length, capacity - at);
        bytes[..first].CopyTo(_ring.AsSpan(at));
        bytes[first..].CopyTo(_ring);
        _seen += bytes.Length;
    }

    /// <summary>The last lines that say something, without what moves a cursor or colours a text.</summary>
    public IReadOnlyList<string> Lines(int most)
    {
        var at = (int)(_seen % capacity);
        var cut = _seen > capacity;
        byte[] bytes = cut ? [.. _ring[at..], .. _ring[..at]] : _ring[..(int)_seen];
        // The first one is cut somewhere in its middle, unless it is all there is.
        var text = Encoding.UTF8.GetString(bytes);
        if (cut && text.IndexOf('\n') is var end and >= 0 && end + 1 < text.Length)
            text = text[(end + 1)..];
        return [.. Terminal.Plain(text).Split('\n')
            .Select(line => line[(line.TrimEnd('\r').LastIndexOf('\r') + 1)..].TrimEnd())
            .Where(line => line.Length > 0)
            .TakeLast(most)];
    }
}
