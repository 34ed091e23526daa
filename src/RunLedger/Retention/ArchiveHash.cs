using System.Security.Cryptography;

namespace RunLedger.Retention;

/// <summary>The SHA-256 of a file and of its parts, in lower-case hexadecimal.</summary>
static class ArchiveHash
{
    const int Chunk = 1024 * 1024;

    /// <summary>What the manifest says of a file that was just written.</summary>
    public static ArchivedFile Of(
        Stream stream,
        string name,
        IReadOnlyList<(Guid First, Guid Last, int Rows, long End)> groups,
        CancellationToken cancellationToken)
    {
        stream.Position = 0;
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var parts = groups.Select(group => new ArchivedGroup(
            group.First, group.Last, group.Rows, group.End,
            Of(stream, group.End - stream.Position, cancellationToken, whole))).ToList();
        var footer = Of(stream, stream.Length - stream.Position, cancellationToken, whole);
        return new ArchivedFile(
            name, groups.Sum(group => group.Rows), stream.Length, Hex(whole), parts, footer);
    }

    /// <summary>Of the next bytes; fewer where the stream ends.</summary>
    public static string Of(
        Stream stream, long bytes, CancellationToken cancellationToken, IncrementalHash? whole = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Math.Clamp(bytes, 1, Chunk)];
        while (bytes > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = stream.Read(buffer, 0, (int)Math.Min(bytes, buffer.Length));
            if (read == 0)
                break;
            hash.AppendData(buffer, 0, read);
            whole?.AppendData(buffer, 0, read);
            bytes -= read;
        }

        return Hex(hash);
    }

    public static string Of(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    static string Hex(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
