using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RunLedger.Cli.Sending;

/// <summary>
/// What could not be sent, for the next invocation: a file for each that left something. Two that send the same file at
/// once do no harm, since the ledger counts it once.
/// </summary>
/// <param name="folder">Of all ledgers.</param>
/// <param name="address">The ledger that these are for.</param>
/// <param name="time">Tells what was left half written from what is being written.</param>
/// <param name="maxBytes">The oldest files go when there is more.</param>
sealed class Spool(string folder, LedgerAddress address, TimeProvider time, long maxBytes = Spool.MaxBytes)
{
    public const long MaxBytes = 16 * 1024 * 1024;
    const int MaxFiles = 1_000;
    const string Written = ".ndjson";
    const string BeingWritten = ".part";
    static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    public string Folder { get; } = Path.Combine(
        folder,
        $"{address.Uri.Host}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Shown)))[..12]}");

    /// <summary>Where a user's programs keep such things; null for one who has no home.</summary>
    public static string? DefaultFolder()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            if (home.Length == 0)
                return null;
            state = Path.Combine(home, ".local", "state");
        }

        return Path.Combine(state, "runledger", "spool");
    }

    /// <summary>Null when they are kept; else why not.</summary>
    public string? Keep(IReadOnlyCollection<string> lines)
    {
        try
        {
            // Only for its owner: what a command said of its failure may be nobody else's business.
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(Folder);
            else
                Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var name = Path.Combine(Folder, Guid.CreateVersion7(time.GetUtcNow()).ToString("N"));
            File.WriteAllLines(name + BeingWritten, lines);
            File.Move(name + BeingWritten, name + Written);
            Trim();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Sends what is there, oldest first, until the ledger does not take it or <paramref name="enough"/>.</summary>
    /// <returns>How many observations the ledger has now.</returns>
    public async Task<int> SendAsync(ISender sender, Func<bool> enough, CancellationToken cancellationToken)
    {
        var sent = 0;
        foreach (var file in Files())
        {
            if (enough())
                break;
            try
            {
                var lines = (await File.ReadAllLinesAsync(file.FullName, cancellationToken)).Where(IsWhole).ToList();
                if (lines.Count > 0 && await sender.SendAsync(lines, cancellationToken) is not null)
                    break;
                file.Delete();
                sent += lines.Count;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
            {
                // Somebody else has sent it, or it is for the next one.
            }
        }

        return sent;
    }

    /// <summary>A record cut in the middle is none.</summary>
    static bool IsWhole(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind is JsonValueKind.Object
                && json.RootElement.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Those that are whole, and those whose writer is gone. Their names sort by time.</summary>
    FileInfo[] Files()
    {
        var directory = new DirectoryInfo(Folder);
        if (!directory.Exists)
            return [];
        var abandoned = time.GetUtcNow() - Abandoned;
        return [.. directory.EnumerateFiles()
            .Where(file => file.Extension == Written || (file.Extension == BeingWritten && file.LastWriteTimeUtc < abandoned))
            .OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    void Trim()
    {
        var left = maxBytes;
        foreach (var (i, file) in Files().Reverse().Index())
        {
            left -= file.Length;
            if (left < 0 || i >= MaxFiles)
                file.Delete();
        }
    }
}
