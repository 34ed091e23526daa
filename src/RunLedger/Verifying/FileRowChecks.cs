using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Verifying;

/// <summary>Whether the rows of the archive's files are those that commits wrote.</summary>
/// <inheritdoc cref="FileChecks" path="/param"/>
sealed class FileRowChecks(ArchiveFiles files, Func<string, LeafKind, IReadOnlyList<FileRow>>? read)
{
    readonly List<(SliceManifest Slice, ArchivedFile File, LeafKind Kind, bool Trusted, HashSet<int> Changed)> _files =
        [];

    /// <param name="slice">The slice.</param>
    /// <param name="file">One of its files.</param>
    /// <param name="kind">Of runs or of components.</param>
    /// <param name="trusted">Whether its bytes are those that the ledger wrote.</param>
    /// <param name="changed">The row groups that are not as they were.</param>
    public void Add(SliceManifest slice, ArchivedFile file, LeafKind kind, bool trusted, HashSet<int> changed) =>
        _files.Add((slice, file, kind, trusted, changed));

    public void Check(RowStates states, VerificationReport report, CancellationToken cancellationToken)
    {
        foreach (var (slice, file, kind, trusted, changed) in _files)
        {
            try
            {
                if (!trusted)
                    Strange(slice, file, kind, changed, states, report);
                else if (kind == LeafKind.Run)
                    Own(slice, file, kind, files.Runs(slice), RowDigest.Write);
                else
                    Own(slice, file, kind, files.Components(slice), RowDigest.Write);
            }
            catch (Exception e) when (e is not OperationCanceledException && trusted)
            {
                report.Say(LeafKind.Slice, slice.SliceId, $"cannot be read: {e.Message}");
            }
        }

        states.Purged();

        void Own<TRow>(
            SliceManifest slice, ArchivedFile file, LeafKind kind, IEnumerable<TRow> rows,
            Action<TRow, Span<byte>> digest)
            where TRow : LedgerRow
        {
            var hash = new byte[RowDigest.Size];
            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!states.Mine(row.Id))
                    continue;
                digest(row, hash);
                states.Filed(kind, row.Id, hash, $"{slice.Month}/{file.Name}");
            }
        }
    }

    // Bytes that are not those of the ledger are given to no reader of Parquet in this process.
    void Strange(
        SliceManifest slice, ArchivedFile file, LeafKind kind, HashSet<int> changed, RowStates states,
        VerificationReport report)
    {
        if (read is null)
            return;
        var name = $"{slice.Month}/{file.Name}";
        var rows = read(files.Folder.PathOf(slice.Month, file.Name), kind);
        var before = report.Findings.Count;
        foreach (var row in rows)
            states.Found(kind, row.Id, row.Hash, name);
        if (!states.First)
            return;
        var missing = 0;
        foreach (var at in changed.Order())
        {
            var group = file.Groups![at];
            var own = rows.Count(row => row.Group == at);
            missing += Math.Max(0, group.Rows - own);
            if (own < group.Rows)
            {
                report.Say($"slice {slice.SliceId}: of the {group.Rows} rows of run {group.First} to run {group.Last} "
                    + $"in {name} the last {group.Rows - own} cannot be read any more, or were deleted.");
            }
        }

        if (changed.Count > 0 && missing == 0 && report.Findings.Count == before && states.All)
            report.Say($"slice {slice.SliceId}: the rows of {name} say what they said: none of them was changed.");
    }
}
