using System.Text;
using System.Text.Json;
using RunLedger.Storage;

namespace RunLedger.Service.Checkpoints;

/// <summary>The file to which checkpoints are appended; what was written once is never changed.</summary>
sealed class CheckpointFile(string path)
{
    long? _last;

    /// <summary>The number of the last one that is whole in the file; 0 where there is none.</summary>
    public long Last => _last ??= File.Exists(path)
        ? File.ReadLines(path).Select(NumberOf).DefaultIfEmpty(0).Max()
        : 0;

    /// <summary>When it returns they survive a power cut.</summary>
    public void Append(IReadOnlyList<(long Number, string Document)> checkpoints)
    {
        if (checkpoints.Count == 0)
            return;
        var made = !File.Exists(path);
        using (var stream = made
            ? PrivateFiles.Create(path)
            : new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
        {
            stream.Seek(0, SeekOrigin.End);
            // A line that was cut off stays as it is, and is no checkpoint.
            if (stream.Length > 0 && !EndsLine(stream))
                stream.WriteByte((byte)'\n');
            foreach (var (_, document) in checkpoints)
                stream.Write(Encoding.UTF8.GetBytes(document + "\n"));
            stream.Flush(flushToDisk: true);
        }

        _last = checkpoints[^1].Number;
    }

    static bool EndsLine(FileStream stream)
    {
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }

    static long NumberOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("document").GetProperty("number").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return 0;
        }
    }
}
