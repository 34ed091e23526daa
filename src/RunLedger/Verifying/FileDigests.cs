using System.Buffers.Binary;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Verifying;

/// <summary>
/// The rows of a file that somebody may have changed, as what is left of it can be read: a row group that cannot is
/// given up, and the next one begun. What reads Parquet may end the process over such bytes, or never come back, so
/// that it belongs into one of its own: what it wrote by then counts.
/// </summary>
static class FileDigests
{
    /// <summary>In place of the number of a row group: the file ends. Its complement: it begins.</summary>
    public const int End = int.MinValue;

    /// <summary>In place of a number: the process runs, and looks at the file now.</summary>
    public const int Begun = int.MinValue + 1;

    public const int Size = 4 + 16 + RowDigest.Size;

    /// <param name="path">The file.</param>
    /// <param name="kind">Of runs or of components.</param>
    /// <param name="first">The row group to begin with.</param>
    /// <param name="to">Where the rows go: the number of the group, the id and the hash of each.</param>
    public static void Write(string path, LeafKind kind, int first, Stream to)
    {
        Put(to, Begun, Guid.Empty, []);
        to.Flush();
        var groups = ParquetTable.Groups(path);
        for (var group = first; group < groups; group++)
        {
            Put(to, ~group, Guid.Empty, []);
            to.Flush();
            try
            {
                if (kind == LeafKind.Run)
                    Rows(path, ParquetTable.Runs, RowDigest.Write, group, to);
                else
                    Rows(path, ParquetTable.Components, RowDigest.Write, group, to);
            }
            catch (Exception e) when (e is not IOException)
            {
                // What could not be read of it is missing, and named by who asked.
            }

            // The next one may be what this process ends over.
            to.Flush();
        }

        Put(to, End, Guid.Empty, []);
    }

    /// <summary>A row, or what stands in place of one; null where the bytes end before it does.</summary>
    public static FileRow? Read(Stream from)
    {
        var bytes = new byte[Size];
        return from.ReadAtLeast(bytes, Size, throwOnEndOfStream: false) < Size ? null : new(
            BinaryPrimitives.ReadInt32LittleEndian(bytes), new Guid(bytes.AsSpan(4, 16), bigEndian: true), bytes[20..]);
    }

    static void Rows<TRow>(
        string path, ParquetTable<TRow> table, Action<TRow, Span<byte>> digest, int group, Stream to)
        where TRow : LedgerRow, new()
    {
        var hash = new byte[RowDigest.Size];
        foreach (var row in table.Read(path, [group]))
        {
            digest(row, hash);
            Put(to, group, row.Id, hash);
        }
    }

    static void Put(Stream to, int group, Guid id, ReadOnlySpan<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, group);
        id.TryWriteBytes(bytes[4..], bigEndian: true, out _);
        hash.CopyTo(bytes[20..]);
        to.Write(bytes);
    }
}
