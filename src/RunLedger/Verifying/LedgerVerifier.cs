using RunLedger.Sealing;
using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Verifying;

/// <summary>
/// Looks whether a ledger is as its commits wrote it. It asks no service, changes nothing, and reads everything from
/// one snapshot, as often as memory needs.
/// </summary>
/// <param name="sql">The snapshot.</param>
/// <param name="read">Reads a checkpoint off its document; a fault where it is not as it was signed.</param>
/// <param name="files">Looks at the archive's files.</param>
/// <param name="now">
/// The slices of files that count by now: files that others took the place of are deleted, however long this takes.
/// Null: those of the snapshot.
/// </param>
sealed class LedgerVerifier(
    LedgerSql sql, Func<string, (SealedCheckpoint? Checkpoint, string? Fault)> read, FileChecks? files,
    Func<CancellationToken, Task<IReadOnlyList<SealedSlice>>>? now = null)
{
    /// <summary>So many rows are followed at once, a hundred bytes each.</summary>
    const long MostStates = 4_000_000;

    /// <param name="kept">Checkpoints that left the machine; none where nobody kept any.</param>
    /// <param name="cancellationToken">Ends it without a report.</param>
    public async Task<VerificationReport> Run(
        IReadOnlyList<SealedCheckpoint> kept, CancellationToken cancellationToken)
    {
        var report = new VerificationReport();
        var leaves = 0L;
        // Not as a list: it may take longer than a question of the service may.
        await sql.Each(
            "select coalesce(sum(leaf_count), 0) from sealed_commit", row => leaves = row.GetInt64(0),
            cancellationToken);
        var shares = (int)((leaves / MostStates) + 1);
        for (var share = 0; share < shares; share++)
            await Share(share, shares, report, cancellationToken);
        await new CheckpointChecks(read, report).Check(sql, kept, cancellationToken);
        return report;
    }

    async Task Share(int share, int shares, VerificationReport report, CancellationToken cancellationToken)
    {
        var states = new RowStates(share, shares, report);
        var commits = share == 0 ? new CommitChecks(report) : null;
        await sql.Each(
            $"select {CommitChecks.Columns} from sealed_commit order by seq",
            row =>
            {
                try
                {
                    var commit = CommitChecks.Read(row);
                    commits?.Check(commit, row.BytesAt(7)!);
                    states.Apply(commit.Leaves, commit.Seq);
                }
                catch (Exception e) when (IsUnreadable(e))
                {
                    report.Say($"commit {row.GetInt64(0)} was changed: {e.Message}");
                }
            },
            cancellationToken);
        await Rows(LedgerTable.Runs, LeafKind.Run, RowDigest.Write, states, report, cancellationToken);
        await Rows(LedgerTable.Components, LeafKind.Component, RowDigest.Write, states, report, cancellationToken);
        await sql.Each(
            $"select {SealedRejected.Columns} from rejected_observation",
            row =>
            {
                Span<byte> hash = stackalloc byte[RowDigest.Size];
                var rejected = SealedRejected.Read(row);
                RowDigest.Write(rejected, hash);
                states.Compare(LeafKind.Rejected, rejected.RejectedId, hash, "rejected_observation");
            },
            cancellationToken);
        states.Missing();
        if (share == 0)
            await Slices(states, report, cancellationToken);
        if (files is null)
            return;
        await Gone(files.Vanished(), report, cancellationToken);
        files.Rows(states, report, cancellationToken);
    }

    async Task Gone(List<Guid> slices, VerificationReport report, CancellationToken cancellationToken)
    {
        if (slices.Count > 0)
            files!.Gone(
                slices, await (now ?? (token => Counted(sql, token)))(cancellationToken), report, cancellationToken);
    }

    /// <summary>The slices of files that count.</summary>
    public static async Task<IReadOnlyList<SealedSlice>> Counted(
        LedgerSql sql, CancellationToken cancellationToken) => await sql.List(
        "select a.slice_id, a.month, s.manifest from archive_slice a "
        + "left join sealed_slice s on s.slice_id = a.slice_id",
        row => new SealedSlice(
            row.GetGuid(0), row.GetString(1),
            row.BytesAt(2) is { } hash ? Convert.ToHexStringLower(hash) : FileChecks.Unknown),
        cancellationToken);

    async Task Rows<TRow>(
        LedgerTable<TRow> table,
        LeafKind kind,
        WriteDigest<TRow> write,
        RowStates states,
        VerificationReport report,
        CancellationToken cancellationToken)
        where TRow : LedgerRow, new()
    {
        foreach (var from in (string[])[table.Rows, table.Archive])
        {
            await sql.Each(
                $"select {table.Names} from {from}",
                stored =>
                {
                    TRow row;
                    try
                    {
                        row = table.Read(stored);
                    }
                    catch (Exception e) when (IsUnreadable(e))
                    {
                        report.Say($"{from} {IdOf(stored)} was changed: {e.Message}");
                        return;
                    }

                    Span<byte> hash = stackalloc byte[RowDigest.Size];
                    write(row, hash);
                    states.Compare(kind, row.Id, hash, from);
                },
                cancellationToken);
        }
    }

    async Task Slices(RowStates states, VerificationReport report, CancellationToken cancellationToken)
    {
        var sealed_ = states.Slices();
        var counted = await sql.List(
            "select slice_id from archive_slice", row => row.GetGuid(0), cancellationToken);
        report.Slices = counted.Count;
        foreach (var slice in counted.Where(slice => !sealed_.ContainsKey(slice) && !states.Adopting))
            report.Say(LeafKind.Slice, slice, "is in archive_slice, and no commit wrote it: it was inserted there.");
        foreach (var slice in sealed_.Keys.Except(counted))
            report.Say(LeafKind.Slice, slice, "was written and is not in archive_slice: it was deleted.");
        await Listed(states, sealed_, report, cancellationToken);
        if (files is not null)
            await Gone(files.Slices(sealed_, report, cancellationToken), report, cancellationToken);
    }

    // What the archive's own list is made of.
    async Task Listed(
        RowStates states, Dictionary<Guid, string> sealed_, VerificationReport report,
        CancellationToken cancellationToken)
    {
        var listed = (await SealedSlices.Read(sql, cancellationToken))
            .ToDictionary(slice => slice.Id, slice => slice.Manifest);
        foreach (var (slice, manifest) in listed)
        {
            if (!states.Adopting && (!sealed_.TryGetValue(slice, out var known) || known != manifest))
                report.Say(LeafKind.Slice, slice, "is in sealed_slice and not as a commit wrote it: it was changed, or "
                    + "inserted there.");
        }

        foreach (var (slice, manifest) in sealed_)
        {
            if (manifest != FileChecks.Unknown && !listed.ContainsKey(slice))
                report.Say(LeafKind.Slice, slice, "is not in sealed_slice: it was deleted there.");
        }
    }

    // Whoever can write a column can write anything there that the database takes.
    static bool IsUnreadable(Exception e) => e is FormatException or InvalidCastException or OverflowException;

    static string IdOf(StoredRow row)
    {
        try
        {
            return row.GetGuid(0).ToString();
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return "without an id";
        }
    }

    delegate void WriteDigest<TRow>(TRow row, Span<byte> into);
}
