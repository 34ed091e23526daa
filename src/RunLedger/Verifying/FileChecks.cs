using RunLedger.Retention;
using RunLedger.Sealing;

namespace RunLedger.Verifying;

/// <summary>Whether the archive's files are as they were written.</summary>
/// <param name="files">The archive.</param>
/// <param name="read">
/// Reads what rows are left in a file that somebody may have changed, where nothing comes of it to this process; null:
/// such files are not read.
/// </param>
sealed class FileChecks(ArchiveFiles files, ReadFile? read = null)
{
    /// <summary>In place of the hash of a manifest that no commit wrote: the slice was there before.</summary>
    public static readonly string Unknown = new('0', 2 * RowDigest.Size);

    readonly FileRowChecks _rows = new(files, read);

    /// <param name="sealed_">The slices that count, each with the SHA-256 of its manifest.</param>
    /// <param name="report">Where to say what is wrong.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Slices(
        IReadOnlyDictionary<Guid, string> sealed_, VerificationReport report, CancellationToken cancellationToken)
    {
        var months = files.Folder.Names().ToLookup(name => name.Id, name => name.Month);
        foreach (var (id, hash) in sealed_)
        {
            if (months[id].FirstOrDefault() is not { } month)
            {
                report.Say(LeafKind.Slice, id, "is not in the directory: its files were deleted.");
                continue;
            }

            Slice(id, month, hash, report, cancellationToken);
        }
    }

    /// <summary>Names the rows of files that are not as they were last written.</summary>
    public void Rows(RowStates states, VerificationReport report, CancellationToken cancellationToken) =>
        _rows.Check(states, report, cancellationToken);

    /// <returns>Whether manifest and files are as they were written.</returns>
    public bool Slice(
        Guid id, string month, string hash, VerificationReport report, CancellationToken cancellationToken)
    {
        SliceManifest manifest;
        bool changed;
        try
        {
            var path = files.Folder.PathOf(month, $"{id}.json");
            if (!File.Exists(path))
            {
                report.Say(LeafKind.Slice, id, $"has no manifest {month}/{id}.json: it was deleted.");
                return false;
            }

            // One that was taken up is compared with its manifest alone.
            changed = hash != Unknown && ArchiveHash.Of(File.ReadAllBytes(path)) != hash;
            if (changed)
                report.Say(LeafKind.Slice, id, $"has a manifest {month}/{id}.json that was changed.");
            manifest = files.Folder.Manifest(new(id, month, 0, 0));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever somebody has written there.
            report.Say(LeafKind.Slice, id, $"cannot be read: {e.Message}");
            return false;
        }

        // Of a manifest that nobody vouches for, neither the files are.
        return Same(manifest.Runs, LeafKind.Run) & Same(manifest.Components, LeafKind.Component) && !changed;

        bool Same(ArchivedFile file, LeafKind kind)
        {
            try
            {
                files.Folder.Same(manifest, file, cancellationToken);
                // Of rows that left before anything was sealed no commit says what they were.
                if (hash != Unknown)
                    _rows.Add(new(manifest, file, kind, Trusted: !changed, []));
                return true;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                report.Say(LeafKind.Slice, id, e is ArchiveException ? e.Message : $"cannot be read: {e.Message}");
                _rows.Add(new(
                    manifest, file, kind, Trusted: false, Groups(manifest, file, report, cancellationToken),
                    Before: hash == Unknown));
                return false;
            }
        }
    }

    // Which row groups are not as they were.
    HashSet<int> Groups(
        SliceManifest slice, ArchivedFile file, VerificationReport report, CancellationToken cancellationToken)
    {
        var changed = new HashSet<int>();
        for (var at = 0; at < (file.Groups?.Count ?? 0); at++)
        {
            try
            {
                files.Folder.Same(slice, file, at, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                var group = file.Groups![at];
                changed.Add(at);
                report.Say($"slice {slice.SliceId}: {slice.Month}/{file.Name} was changed where it has the "
                    + $"{group.Rows} rows of run {group.First} to run {group.Last}, or in its index.");
            }
        }

        return changed;
    }
}
