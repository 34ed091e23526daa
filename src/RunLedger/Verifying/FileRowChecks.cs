using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Verifying;

/// <summary>Whether the rows of the archive's files are those that commits wrote.</summary>
/// <inheritdoc cref="FileChecks" path="/param"/>
sealed class FileRowChecks(ArchiveFiles files, ReadFile? read)
{
    readonly List<FileToRead> _files = [];

    public void Add(FileToRead file) => _files.Add(file);

    /// <summary>The slices of which a file is not there any more; they are not looked at then.</summary>
    public List<Guid> Vanished()
    {
        var gone = _files
            .Where(file => file.Trusted && !File.Exists(files.Folder.PathOf(file.Slice.Month, file.File.Name)))
            .Select(file => file.Slice.SliceId).Distinct().ToList();
        _files.RemoveAll(file => gone.Contains(file.Slice.SliceId));
        return gone;
    }

    public void Check(RowStates states, VerificationReport report, CancellationToken cancellationToken)
    {
        foreach (var file in _files)
        {
            try
            {
                // Once more: it may be long since it was looked at.
                if (file.Trusted)
                    files.Folder.Same(file.Slice, file.File, cancellationToken);
                if (!file.Trusted)
                    Strange(file, states, report, cancellationToken);
                else if (file.Kind == LeafKind.Run)
                    Own(file, files.Runs(file.Slice), RowDigest.Write);
                else
                    Own(file, files.Components(file.Slice), RowDigest.Write);
            }
            catch (Exception e) when (e is not OperationCanceledException && file.Trusted)
            {
                report.Say(LeafKind.Slice, file.Slice.SliceId, $"cannot be read: {e.Message}");
            }
        }

        states.Purged(_files.TrueForAll(file => file.Trusted));

        void Own<TRow>(FileToRead file, IEnumerable<TRow> rows, Action<TRow, Span<byte>> digest)
            where TRow : LedgerRow
        {
            var hash = new byte[RowDigest.Size];
            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!states.Mine(row.Id))
                    continue;
                digest(row, hash);
                states.Filed(file.Kind, row.Id, hash, file.Name);
            }
        }
    }

    // Bytes whose SHA-256 was another's are given to no reader of Parquet in this process.
    void Strange(FileToRead file, RowStates states, VerificationReport report, CancellationToken cancellationToken)
    {
        if (read is null)
            return;
        var rows = read(
            files.Folder.PathOf(file.Slice.Month, file.File.Name), file.Kind, file.File.Rows, cancellationToken);
        var same = rows.Count == file.File.Rows && rows.DistinctBy(row => row.Id).Count() == rows.Count;
        foreach (var row in rows)
            same &= states.Found(file.Kind, row.Id, row.Hash, file.Name, file.Before);
        if (!states.First)
            return;
        foreach (var at in file.Changed.Order())
        {
            var group = file.File.Groups![at];
            var own = rows.Count(row => row.Group == at);
            same &= own == group.Rows;
            if (own < group.Rows)
            {
                report.Say($"slice {file.Slice.SliceId}: of the {group.Rows} rows of run {group.First} to run "
                    + $"{group.Last} in {file.Name} the last {group.Rows - own} cannot be read any more, or were "
                    + "deleted.");
            }
        }

        if (file.Changed.Count > 0 && same && states.All)
        {
            report.Say($"slice {file.Slice.SliceId}: the {rows.Count} rows that {file.Name} has now are each as a "
                + "commit wrote it.");
        }
    }
}
