using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Sealing;

namespace RunLedger.Verifying;

/// <summary>
/// Looks whether the archive's files are those that checkpoints vouch for, by the files and checkpoints alone: it asks
/// no database.
/// </summary>
/// <param name="files">The archive.</param>
/// <param name="read">Reads a checkpoint off its document; a fault where it is not as it was signed.</param>
/// <param name="checks">Looks at a slice.</param>
sealed class ArchiveVerifier(
    ArchiveFiles files, Func<string, (SealedCheckpoint? Checkpoint, string? Fault)> read, FileChecks checks)
{
    readonly HashSet<Guid> _gone = [];

    /// <summary>
    /// Whether <c>read</c> looks at signatures; else anybody can have made a line, unless its checkpoint was kept.
    /// </summary>
    public bool Signed { get; init; } = true;

    /// <summary>Slices that no checkpoint of the list vouches for, with their folders.</summary>
    public List<string> Newer { get; } = [];

    /// <summary>Lines that are none: a full disk cuts them off, and the next one has what they had.</summary>
    public List<int> PassedOver { get; } = [];

    /// <summary>The last checkpoint that the list has.</summary>
    public SealedCheckpoint? Last { get; private set; }

    /// <param name="list">The lines of <see cref="SliceLog"/>.</param>
    /// <param name="kept">Checkpoints that left the machine; none where nobody kept any.</param>
    /// <param name="cancellationToken">Ends it without a report.</param>
    public VerificationReport Run(
        IEnumerable<string> list, IReadOnlyList<SealedCheckpoint> kept, CancellationToken cancellationToken)
    {
        var report = new VerificationReport();
        var slices = Told(list, kept, report);
        End(kept, report);
        var newer = Others(slices, report);
        var replaced = newer.SelectMany(manifest => manifest.Replaces ?? [], (manifest, one) => (manifest, one))
            .ToLookup(by => by.one.SliceId, by => by.manifest.SliceId);
        report.Slices = slices.Count;
        foreach (var slice in slices.Values.OrderBy(slice => slice.Month, StringComparer.Ordinal))
        {
            // Since the list was written last it may have become part of another: whoever can write here says so too.
            if (replaced[slice.Id].Any() && !File.Exists(files.Folder.PathOf(slice.Month, $"{slice.Id}.json")))
            {
                report.Say(LeafKind.Slice, slice.Id, $"is not there. {replaced[slice.Id].First()} says that it has its "
                    + "rows, and no checkpoint vouches for that one: look again after the next checkpoint.");
                continue;
            }

            checks.Slice(slice.Id, slice.Month, slice.Manifest, report, cancellationToken);
        }

        foreach (var manifest in newer)
        {
            Newer.Add($"{manifest.Month}/{manifest.SliceId}");
            checks.Slice(
                manifest.SliceId, manifest.Month, files.Folder.HashOf(manifest), report, cancellationToken);
        }

        return report;
    }

    // The slices that count by the last line.
    Dictionary<Guid, SealedSlice> Told(
        IEnumerable<string> list, IReadOnlyList<SealedCheckpoint> kept, VerificationReport report)
    {
        var slices = new Dictionary<Guid, SealedSlice>();
        foreach (var (number, text) in list.Index())
        {
            if (text.Length == 0)
                continue;
            var where = $"{SliceLog.Name}, line {number + 1}";
            if (SliceLogLine.Read(text) is not { } line)
            {
                // Where what it had is missing then, the hash of the next one tells.
                PassedOver.Add(number + 1);
                continue;
            }

            var (checkpoint, fault) = read(line.Checkpoint.GetRawText());
            if (checkpoint is null || fault is not null)
                report.Say($"{where}: its checkpoint was changed: {fault ?? "it is none"}");
            foreach (var slice in line.Added.Where(slice => slices.ContainsKey(slice.Id)))
                report.Say(LeafKind.Slice, slice.Id, $"has another manifest by {where}, than it had before: it was "
                    + "changed in the database.");
            line.Apply(slices);
            _gone.UnionWith(line.Removed);
            if (checkpoint is null)
                continue;
            report.Checkpoints++;
            if (checkpoint.Archive != RootOf(slices))
                report.Say($"{where}: checkpoint {checkpoint.Number} vouches for other slices than the list has there: "
                    + "lines were changed, deleted or moved.");
            if (kept.FirstOrDefault(one => one.Number == checkpoint.Number) is { } own && own.Hash != checkpoint.Hash)
                report.Say($"{where}: checkpoint {checkpoint.Number} is another than the one that was kept.");
            if (Last is not null && (checkpoint.Number <= Last.Number || checkpoint.Ledger != Last.Ledger))
                report.Say($"{where}: its checkpoint does not come after the one before it.");
            Last = checkpoint;
        }

        return slices;
    }

    void End(IReadOnlyList<SealedCheckpoint> kept, VerificationReport report)
    {
        if (Last is null)
        {
            report.Say($"there is no list {SliceLog.Name} that a checkpoint vouches for: it was deleted, or the "
                + "archive is of before there was one.");
        }

        if (!Signed && Last is not null && kept.Count > 0 && !kept.Any(one => one.Hash == Last.Hash))
        {
            report.Say($"the list ends at checkpoint {Last.Number}, which is none of those that were kept, and without "
                + "--key nothing shows who signed it: give the key, or what was kept since.");
        }

        if (kept.MaxBy(one => one.Number) is { } newest && newest.Number > (Last?.Number ?? 0)
            && newest.Archive != Last?.Archive)
        {
            report.Say($"the list ends at checkpoint {Last?.Number ?? 0}, and checkpoint {newest.Number} of "
                + $"{LedgerTime.Text(newest.At)}, which was kept, vouches for other slices: files were put back or "
                + "deleted with the end of the list, or this copy is older.");
        }
    }

    // What is in the directory and not in the list, but for what the list says is no more.
    List<SliceManifest> Others(Dictionary<Guid, SealedSlice> slices, VerificationReport report)
    {
        var others = new List<SliceManifest>();
        foreach (var (month, id) in files.Folder.Names()
            .Where(name => !slices.ContainsKey(name.Id) && !_gone.Contains(name.Id)))
        {
            try
            {
                if (File.Exists(files.Folder.PathOf(month, $"{id}.json")))
                    others.Add(files.Folder.Manifest(new(id, month, 0, 0)));
            }
            catch (ArchiveException e)
            {
                report.Say(LeafKind.Slice, id, $"cannot be read: {e.Message}");
            }
        }

        return others;
    }

    static string? RootOf(Dictionary<Guid, SealedSlice> slices)
    {
        try
        {
            return SealedSlices.RootOf(slices.Values);
        }
        catch (FormatException)
        {
            // A hash that is none: no checkpoint vouches for it.
            return "";
        }
    }
}
