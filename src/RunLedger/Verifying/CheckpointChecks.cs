using RunLedger.Folding;
using RunLedger.Sealing;
using RunLedger.Storage;

namespace RunLedger.Verifying;

/// <summary>Whether the commits are those that the checkpoints vouch for.</summary>
/// <param name="read">Reads a checkpoint off its document; a fault where it is not as it was signed.</param>
/// <param name="report">Where to say what is wrong.</param>
sealed class CheckpointChecks(
    Func<string, (SealedCheckpoint? Checkpoint, string? Fault)> read, VerificationReport report)
{
    /// <param name="sql">The ledger's database.</param>
    /// <param name="kept">Checkpoints that left the machine, by whoever kept them.</param>
    public async Task Check(
        LedgerSql sql, IReadOnlyList<SealedCheckpoint> kept, CancellationToken cancellationToken)
    {
        var stored = await sql.List(
            "select number, size, root, hash, document from ledger_checkpoint order by number",
            row => (Number: row.GetInt64(0), Size: row.GetInt64(1), Root: row.BytesAt(2)!, Hash: row.BytesAt(3)!,
                Document: row.GetString(4)),
            cancellationToken);
        var known = new SortedDictionary<long, SealedCheckpoint>();
        SealedCheckpoint? last = null;
        foreach (var row in stored)
        {
            report.Checkpoints++;
            var (checkpoint, fault) = read(row.Document);
            if (checkpoint is null || fault is not null)
            {
                report.Say($"checkpoint {row.Number} was changed: {fault ?? "it is none"}");
                continue;
            }

            if (checkpoint.Number != row.Number || checkpoint.Size != row.Size
                || checkpoint.Root != Convert.ToHexStringLower(row.Root)
                || checkpoint.Hash != Convert.ToHexStringLower(row.Hash))
                report.Say($"checkpoint {row.Number} was changed: its row says something else than its document.");
            if (checkpoint.Number != (last?.Number ?? 0) + 1 || checkpoint.Previous != last?.Hash)
                report.Say($"checkpoint {row.Number} does not follow the one before it: checkpoints were deleted, "
                    + "changed or moved.");
            known[row.Number] = last = checkpoint;
        }

        Compare(kept, known, last);
        await Roots(sql, [.. known.Values, .. kept], cancellationToken);
    }

    void Compare(
        IReadOnlyList<SealedCheckpoint> kept, SortedDictionary<long, SealedCheckpoint> known, SealedCheckpoint? last)
    {
        foreach (var one in kept)
        {
            if (last is not null && one.Ledger != last.Ledger)
            {
                report.Say($"checkpoint {one.Number} that was kept is of another ledger, {one.Ledger}.");
                return;
            }

            if (known.TryGetValue(one.Number, out var own) && own.Hash != one.Hash)
            {
                report.Say($"checkpoint {one.Number} is another than the one that was kept: the ledger was restored "
                    + "from a backup and went on from there, or its history was written anew.");
                return;
            }
        }

        if (kept.MaxBy(one => one.Number) is { } newest && newest.Number > (last?.Number ?? 0))
        {
            report.Say($"the ledger ends at checkpoint {last?.Number ?? 0}, and checkpoint {newest.Number} of "
                + $"{LedgerTime.Text(newest.At)} was kept elsewhere: the database was restored from a backup of before "
                + "that, or its end was cut off.");
        }
    }

    async Task Roots(LedgerSql sql, List<SealedCheckpoint> checkpoints, CancellationToken cancellationToken)
    {
        var frontier = new MerkleFrontier();
        var due = new Queue<SealedCheckpoint>(checkpoints.DistinctBy(one => one.Hash).OrderBy(one => one.Size));
        var said = false;
        await sql.Each(
            "select position, hash, seq from sealed_commit where position is not null order by position",
            row =>
            {
                if (row.GetInt64(0) != frontier.Size && !said)
                {
                    said = true;
                    report.Say($"commit {row.GetInt64(2)} has the place {row.GetInt64(0)} where {frontier.Size} is "
                        + "next: commits were deleted, inserted or moved.");
                }

                // One that is no hash was changed, as is said of its commit.
                frontier.Add(row.BytesAt(1)! is { Length: MerkleTree.HashSize } hash ? hash : MerkleTree.Empty);
                while (due.TryPeek(out var next) && next.Size <= frontier.Size)
                    Root(due.Dequeue());
            },
            cancellationToken);
        // Whose commits are gone.
        foreach (var beyond in due)
            Root(beyond);

        void Root(SealedCheckpoint checkpoint)
        {
            if (checkpoint.Size != frontier.Size || checkpoint.Root != Convert.ToHexStringLower(frontier.Root()))
            {
                report.Say($"checkpoint {checkpoint.Number} vouches for {checkpoint.Size} commits, and the first "
                    + $"{Math.Min(checkpoint.Size, frontier.Size)} that are there are not those: commits were "
                    + "changed, deleted or moved.");
            }
        }
    }
}
