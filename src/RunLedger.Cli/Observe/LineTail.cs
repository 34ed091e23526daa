using System.Text;
using RunLedger.Cli.Output;

namespace RunLedger.Cli.Observe;

/// <summary>Keeps the end of a byte stream, and returns it as lines that the ledger can store.</summary>
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

    /// <summary>The last lines that are not empty, without control sequences.</summary>
    public IReadOnlyList<string> Lines(int count)
    {
        var at = (int)(_seen % capacity);
        var cut = _seen > capacity;
        byte[] bytes = cut ? [.. _ring[at..], .. _ring[..at]] : _ring[..(int)_seen];
        // The first line may lack its beginning: it is left out unless it is the only one.
        var text = Encoding.UTF8.GetString(bytes);
        if (cut && text.IndexOf('\n') is var end and >= 0 && end + 1 < text.Length)
            text = text[(end + 1)..];
        return [.. TerminalText.Sanitize(text).Split('\n')
            .Select(line => line[(line.TrimEnd('\r').LastIndexOf('\r') + 1)..].TrimEnd())
            .Where(line => line.Length > 0)
            .TakeLast(count)];
    }
}
