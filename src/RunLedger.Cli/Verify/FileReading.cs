using System.Globalization;
using RunLedger.Cli.Errors;
using RunLedger.Sealing;
using RunLedger.Verifying;

namespace RunLedger.Cli.Verify;

/// <summary>
/// Reads the rows of files that somebody may have changed, in a process of its own: it may end over them, take all
/// memory or all time, and what it read by then counts.
/// </summary>
/// <param name="time">Ends one that does not come back.</param>
/// <param name="program">What is started, and its arguments up to the verb; null: this program.</param>
sealed class FileReading(TimeProvider time, IReadOnlyList<string>? program = null)
{
    /// <summary>The verb of that process, which is no user's.</summary>
    public const string Verb = "rows-of-a-file";

    /// <summary>So many more rows than its manifest says are taken from a file, to name what was put there.</summary>
    const int MostOthers = 1_000;

    /// <summary>Whatever its manifest says.</summary>
    const int MostRows = 10_000_000;

    static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>The rows of a file, as far as it can be read.</summary>
    /// <exception cref="CliException">The process that would read it cannot be started.</exception>
    public IReadOnlyList<FileRow> Of(string path, LeafKind kind, int rows, CancellationToken cancellationToken)
    {
        var found = new List<FileRow>();
        var begun = time.GetTimestamp();
        var most = Math.Min(rows, MostRows) + MostOthers;
        // Where it ended over a row group, another begins with the next.
        for (var first = 0; first >= 0 && found.Count < most && time.GetElapsedTime(begun) < Longest;)
            first = Read(path, kind, first, found, most, cancellationToken);
        return found;
    }

    // With which row group to go on; -1 where there is nothing more to read.
    int Read(
        string path, LeafKind kind, int first, List<FileRow> rows, int most, CancellationToken cancellationToken)
    {
        using var process = FileReadingProcess.Start(
            program ?? FileReadingProcess.Own,
            [Verb, Path.GetFullPath(path), $"{(int)kind}", first.ToString(CultureInfo.InvariantCulture)], time);
        using var watch = time.CreateTimer(_ => process.Watch(), null, LooksEvery, LooksEvery);
        using var ended = cancellationToken.Register(process.Kill);
        var next = -1;
        var begun = false;
        while (rows.Count < most && FileDigests.Read(process.Rows) is { } row)
        {
            if (row.Group == FileDigests.End)
                return -1;
            if (row.Group >= 0)
            {
                rows.Add(row);
                continue;
            }

            process.GoOn();
            if (row.Group == FileDigests.Begun)
                begun = true;
            else
                next = ~row.Group + 1;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!begun)
        {
            throw new CliException(
                $"The rows of {path} cannot be looked at: the process that reads them {process.WhyItEnded()}");
        }

        return next;
    }
}
