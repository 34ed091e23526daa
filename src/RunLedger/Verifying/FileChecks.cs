using RunLedger.Retention;
using RunLedger.Sealing;

namespace RunLedger.Verifying;

/// <summary>Whether the archive's files are as they were written.</summary>
sealed class FileChecks(ArchiveFiles files)
{
    static readonly string Unknown = new('0', 2 * RowDigest.Size);

    readonly List<SliceManifest> _rewritten = [];

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

            SliceManifest manifest;
            bool changed;
            try
            {
                var path = files.Folder.PathOf(month, $"{id}.json");
                if (!File.Exists(path))
                {
                    report.Say(LeafKind.Slice, id, $"has no manifest {month}/{id}.json: it was deleted.");
                    continue;
                }

                // One that was taken up is compared with its manifest alone.
                changed = hash != Unknown && ArchiveHash.Of(File.ReadAllBytes(path)) != hash;
                if (changed)
                    report.Say(LeafKind.Slice, id, $"has a manifest {month}/{id}.json that was changed.");
                manifest = files.Folder.Manifest(new(id, month, 0, 0));
            }
            catch (Exception e) when (e is ArchiveException or IOException or UnauthorizedAccessException)
            {
                report.Say(LeafKind.Slice, id, $"cannot be read: {e.Message}");
                continue;
            }

            // Bytes that are not those of the manifest are given to no reader of Parquet.
            if (Same(manifest, manifest.Runs) & Same(manifest, manifest.Components) && changed)
                _rewritten.Add(manifest);
        }

        bool Same(SliceManifest slice, ArchivedFile file)
        {
            try
            {
                files.Folder.Same(slice, file, cancellationToken);
                return true;
            }
            catch (ArchiveException e)
            {
                report.Say(LeafKind.Slice, slice.SliceId, e.Message);
                Groups(slice, file, report, cancellationToken);
                return false;
            }
        }
    }

    /// <summary>Names the rows of files that were written anew and that are not as they were last written.</summary>
    public void Rows(RowStates states, VerificationReport report, CancellationToken cancellationToken)
    {
        Span<byte> hash = stackalloc byte[RowDigest.Size];
        foreach (var slice in _rewritten)
        {
            try
            {
                foreach (var run in files.Runs(slice))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    RowDigest.Write(run, hash);
                    if (states.Same(LeafKind.Run, run.Id, hash) == false)
                        report.Say(LeafKind.Run, run.Id, $"is in {slice.Runs.Name} and not as it was written.");
                }

                foreach (var component in files.Components(slice))
                {
                    RowDigest.Write(component, hash);
                    if (states.Same(LeafKind.Component, component.Id, hash) == false)
                    {
                        report.Say(
                            LeafKind.Component, component.Id,
                            $"is in {slice.Components.Name} and not as it was written.");
                    }
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // No Parquet: its slice is named.
            }
        }
    }

    void Groups(
        SliceManifest slice, ArchivedFile file, VerificationReport report, CancellationToken cancellationToken)
    {
        for (var at = 0; at < (file.Groups?.Count ?? 0); at++)
        {
            try
            {
                files.Folder.Same(slice, file, at, cancellationToken);
            }
            catch (Exception e) when (e is ArchiveException or ArgumentOutOfRangeException)
            {
                var group = file.Groups![at];
                report.Say($"slice {slice.SliceId}: {slice.Month}/{file.Name} was changed where it has the "
                    + $"{group.Rows} rows of run {group.First} to run {group.Last}, or in its index.");
            }
        }
    }
}
