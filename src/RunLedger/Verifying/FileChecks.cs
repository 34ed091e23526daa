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
    readonly HashSet<Guid> _instead = [];
    IReadOnlyDictionary<Guid, string> _hashes = new Dictionary<Guid, string>();

    /// <param name="sealed_">The slices that count, each with the SHA-256 of its manifest.</param>
    /// <param name="report">Where to say what is wrong.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Those that were not looked at: not all of their files are there.</returns>
    public List<Guid> Slices(
        IReadOnlyDictionary<Guid, string> sealed_, VerificationReport report, CancellationToken cancellationToken)
    {
        _hashes = sealed_;
        var gone = new List<Guid>();
        var months = Months();
        foreach (var (id, hash) in sealed_)
        {
            if (months[id].FirstOrDefault() is { } month && IsWhole(month, id))
                Slice(id, month, hash, report, cancellationToken);
            else
                gone.Add(id);
        }

        return gone;
    }

    /// <summary>Of which slices files went since they were looked at; their rows are not looked at then.</summary>
    public List<Guid> Vanished() => _rows.Vanished();

    /// <summary>Says what is missing, but for what another has taken the place of since this began.</summary>
    /// <param name="gone">Slices of which not all files are there.</param>
    /// <param name="now">The slices that count by now.</param>
    /// <inheritdoc cref="Slices" path="/param"/>
    public void Gone(
        IEnumerable<Guid> gone, IReadOnlyList<SealedSlice> now, VerificationReport report,
        CancellationToken cancellationToken)
    {
        var months = Months();
        foreach (var id in gone)
        {
            if (now.Any(slice => slice.Id == id))
            {
                if (months[id].FirstOrDefault() is { } month)
                    Slice(id, month, _hashes[id], report, cancellationToken);
                else
                    report.Say(LeafKind.Slice, id, "is not in the directory: its files were deleted.");
            }
            else if (now.FirstOrDefault(slice => Has(slice, id)) is not { } other)
            {
                report.Say(LeafKind.Slice, id, "was replaced since this began, its files are gone, and none of those "
                    + "that count now says that it has its rows.");
            }
            else if (_instead.Add(other.Id))
            {
                Slice(other.Id, other.Month, other.Manifest, report, cancellationToken);
            }
        }
    }

    ILookup<Guid, string> Months() => files.Folder.Names().ToLookup(name => name.Id, name => name.Month);

    bool IsWhole(string month, Guid id) => Array.TrueForAll(
        [$"{id}.json", SliceManifest.RunsName(id), SliceManifest.ComponentsName(id)],
        name => File.Exists(files.Folder.PathOf(month, name)));

    bool Has(SealedSlice slice, Guid other)
    {
        try
        {
            return files.Folder.Manifest(new(slice.Id, slice.Month, 0, 0)).Replaces
                ?.Any(replaced => replaced.SliceId == other) == true;
        }
        catch (ArchiveException)
        {
            return false;
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
