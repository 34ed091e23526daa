using System.Text.Json;
using RunLedger.Sealing;
using RunLedger.Storage;

namespace RunLedger.Verifying;

/// <summary>Makes the proof of a run, of the last commit that wrote it and that a checkpoint vouches for.</summary>
static class ProofSearch
{
    /// <returns>Null where no checkpoint vouches for a commit that wrote the run.</returns>
    public static async Task<SealProof?> Find(LedgerSql sql, Guid run, CancellationToken cancellationToken)
    {
        var newest = await sql.List(
            "select size, document from ledger_checkpoint order by number desc limit 1",
            row => (Size: row.GetInt64(0), Document: row.GetString(1)), cancellationToken);
        if (newest is not [var checkpoint])
            return null;
        (SealedCommit Commit, int At, byte[] Leaf)? found = null;
        await sql.Each(
            $"select {CommitChecks.Columns} from sealed_commit where position < @size order by seq",
            row =>
            {
                var commit = CommitChecks.Read(row);
                if (Of(commit.Leaves, run) is var (at, leaf))
                    found = (commit, at, leaf);
            },
            cancellationToken,
            ("size", checkpoint.Size));
        if (found is not var (by, place, bytes))
            return null;
        var all = new MerkleFrontier(by.Position!.Value);
        await sql.Each(
            "select hash from sealed_commit where position < @size order by position",
            row => all.Add(row.BytesAt(0)!),
            cancellationToken,
            ("size", checkpoint.Size));
        var own = new MerkleFrontier(place);
        foreach (var hash in SealedCommit.HashesOf(by.Leaves, by.Count)!.Chunk(MerkleTree.HashSize))
            own.Add(hash);
        using var json = JsonDocument.Parse(checkpoint.Document);
        return new()
        {
            Leaf = bytes,
            At = place,
            Path = own.Path(),
            Commit = by.Header(),
            Position = by.Position.Value,
            Way = all.Path(),
            Checkpoint = json.RootElement.Clone(),
        };
    }

    static (int At, byte[] Leaf)? Of(ReadOnlySpan<byte> leaves, Guid run)
    {
        (int, byte[])? found = null;
        for (var at = 0; !leaves.IsEmpty && Leaf.SizeOf(leaves) is var size && size <= leaves.Length; at++)
        {
            var leaf = new Leaf(leaves[..size]);
            if (leaf.Kind == LeafKind.Run && leaf.Id == run && leaf.Way is LeafWay.Written or LeafWay.TakenUp)
                found = (at, leaf.Bytes.ToArray());
            leaves = leaves[size..];
        }

        return found;
    }
}
