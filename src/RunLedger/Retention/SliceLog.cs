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

    readonly string _path = PathIn(directory);
    readonly Dictionary<Guid, SealedSlice> _told = [];
    long _read;
    long _number;

    public static string PathIn(string directory) => Path.Combine(directory, Name);

    /// <summary>
    /// Notes what the newest checkpoint says of the archive, where that is not there yet; what it cannot, because
    /// slices came meanwhile, is noted with the next one.
    /// </summary>
    public async Task Write(CancellationToken cancellationToken)
    {
        var (document, slices) = await transactions.InOne(
            async sql => (
                await sql.List(
                    "select document from ledger_checkpoint order by number desc limit 1", row => row.GetString(0),
                    cancellationToken),
                await SealedSlices.Read(sql, cancellationToken)),
            cancellationToken);
        if (document is not [var signed])
            return;
        using var json = JsonDocument.Parse(signed);
        var checkpoint = SealedCheckpoint.Read(json.RootElement.GetProperty("document"), "");
        if (checkpoint?.Archive is null || checkpoint.Archive != SealedSlices.RootOf(slices))
            return;
        PrivateFiles.CreateDirectory(directory);
        using var stream = File.Exists(_path)
            ? new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read)
            : PrivateFiles.Create(_path);
        var cut = Read(stream);
        var line = new SliceLogLine(
            json.RootElement.Clone(),
            [.. slices.Where(slice => _told.GetValueOrDefault(slice.Id) != slice)],
            [.. _told.Keys.Except(slices.Select(slice => slice.Id))]);
        if (checkpoint.Number <= _number || line.Added.Count + line.Removed.Count == 0)
            return;
        stream.Write(Encoding.UTF8.GetBytes($"{(cut ? "\n" : "")}{line.Text()}\n"));
        stream.Flush(flushToDisk: true);
    }

    // What it, or another replica, wrote since it was read last; whether the last line was cut off.
    bool Read(FileStream stream)
    {
        if (stream.Length < _read)
        {
            _told.Clear();
            (_read, _number) = (0, 0);
        }

        stream.Position = _read;
        var bytes = new byte[stream.Length - _read];
        stream.ReadExactly(bytes);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var text in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n'))
        {
            if (SliceLogLine.Read(text) is not { } line
                || SealedCheckpoint.Read(line.Checkpoint.GetProperty("document"), "") is not { } checkpoint)
                continue;
            _number = Math.Max(_number, checkpoint.Number);
            line.Apply(_told);
        }

        _read += whole;
        return whole < bytes.Length;
    }
}
