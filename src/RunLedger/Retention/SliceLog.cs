using System.Text;
using System.Text.Json;
using RunLedger.Sealing;
using RunLedger.Storage;

namespace RunLedger.Retention;

/// <summary>
/// The slices that count by the checkpoint that vouches for them, beside the files, so that these can be checked
/// without the database: <c>sealed.jsonl</c>, which is only added to.
/// </summary>
sealed class SliceLog(ILedgerTransactions transactions, string directory)
{
    public const string Name = "sealed.jsonl";

    /// <summary>By so many bytes of its beginning a file is known to be the one that was read before.</summary>
    const int HeadSize = 1024;

    // What a file says that another process has for itself.
    const int InUse = unchecked((int)0x80070020);
    const int InUseOnLinux = 11;
    const int InUseOnMac = 35;

    readonly string _path = PathIn(directory);
    readonly Dictionary<Guid, SealedSlice> _told = [];
    byte[] _head = [];
    SealedCheckpoint? _last;
    long _read;

    public static string PathIn(string directory) => Path.Combine(directory, Name);

    /// <summary>Notes what a checkpoint says of the archive, where that is not there yet.</summary>
    /// <param name="made">
    /// One that was made just now; null: the newest there is. Where slices came after that, it is noted with the next.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>
    /// How a list is called now that the database does not go on from, as it was restored; null where there was none.
    /// </returns>
    /// <exception cref="IOException">The list cannot be written.</exception>
    public async Task<string?> Write(MadeCheckpoint? made, CancellationToken cancellationToken)
    {
        var (document, slices) = made is not null
            ? (made.Document, made.Slices)
            : await transactions.InOne(
                async sql => (
                    (await sql.List(
                        "select document from ledger_checkpoint order by number desc limit 1", row => row.GetString(0),
                        cancellationToken)).FirstOrDefault(),
                    (IReadOnlyList<SealedSlice>)await SealedSlices.Read(sql, cancellationToken)),
                cancellationToken);
        if (document is null)
            return null;
        using var json = JsonDocument.Parse(document);
        var checkpoint = Of(json.RootElement);
        if (checkpoint?.Archive is null || checkpoint.Archive != SealedSlices.RootOf(slices))
            return null;
        PrivateFiles.CreateDirectory(directory);
        string? aside = null;
        var stream = Open();
        try
        {
            var cut = stream is not null && Read(stream);
            if (stream is not null && _last is not null && !await IsThere(_last, cancellationToken))
            {
                aside = $"sealed-to-{_last.Number}-{Guid.CreateVersion7()}.jsonl";
                File.Move(_path, Path.Combine(directory, aside));
                stream.Dispose();
                stream = Open();
                cut = stream is not null && Read(stream);
            }

            if (stream is not null && checkpoint.Number > (_last?.Number ?? 0))
                Append(stream, cut, json.RootElement, slices);
        }
        finally
        {
            stream?.Dispose();
        }

        return aside;
    }

    void Append(FileStream stream, bool cut, JsonElement signed, IReadOnlyList<SealedSlice> slices)
    {
        var line = new SliceLogLine(
            signed.Clone(),
            [.. slices.Where(slice => _told.GetValueOrDefault(slice.Id) != slice)],
            [.. _told.Keys.Except(slices.Select(slice => slice.Id))]);
        if (line.Added.Count + line.Removed.Count == 0)
            return;
        stream.Write(Encoding.UTF8.GetBytes($"{(cut ? "\n" : "")}{line.Text()}\n"));
        stream.Flush(flushToDisk: true);
    }

    async Task<bool> IsThere(SealedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var own = await transactions.InOne(
            sql => sql.List(
                "select document from ledger_checkpoint where number = @number", row => row.GetString(0),
                cancellationToken, ("number", checkpoint.Number)),
            cancellationToken);
        if (own is not [var document])
            return false;
        using var json = JsonDocument.Parse(document);
        return Of(json.RootElement) == checkpoint;
    }

    // For this process alone; null where another writes it just now.
    FileStream? Open()
    {
        try
        {
            if (!File.Exists(_path))
                PrivateFiles.Create(_path).Dispose();
        }
        catch (IOException) when (File.Exists(_path))
        {
            // Another was first.
        }

        try
        {
            // Elsewhere a file that is open may be given another name anyway.
            return new(
                _path, FileMode.Open, FileAccess.ReadWrite,
                OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);
        }
        catch (IOException e) when (e.HResult is InUse or InUseOnLinux or InUseOnMac)
        {
            return null;
        }
    }

    // What it, or another replica, wrote since it was read last; whether the last line was cut off.
    bool Read(FileStream stream)
    {
        if (stream.Length < _read || !Head(stream).AsSpan().StartsWith(_head))
        {
            _told.Clear();
            (_read, _last) = (0, null);
        }

        _head = Head(stream);
        stream.Position = _read;
        var bytes = new byte[stream.Length - _read];
        stream.ReadExactly(bytes);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var text in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n'))
        {
            if (SliceLogLine.Read(text) is not { } line || Of(line.Checkpoint) is not { } checkpoint)
                continue;
            if (checkpoint.Number > (_last?.Number ?? 0))
                _last = checkpoint;
            line.Apply(_told);
        }

        _read += whole;
        return whole < bytes.Length;
    }

    static byte[] Head(FileStream stream)
    {
        var head = new byte[Math.Min(HeadSize, stream.Length)];
        stream.Position = 0;
        stream.ReadExactly(head);
        return head;
    }

    static SealedCheckpoint? Of(JsonElement signed) => SealedCheckpoint.Read(signed.GetProperty("document"), "");
}
