using RunLedger.Sealing;
using RunLedger.Storage;

namespace RunLedger.Verifying;

/// <summary>
/// Whether commits are as they were sealed: each by itself, and within its lane.
/// </summary>
sealed class CommitChecks(VerificationReport report)
{
    public const string Columns =
        "seq, lane, number, previous, at, leaf_count, root, hash, position, leaves";

    readonly Dictionary<Guid, (long Number, byte[] Head)> _lanes = [];

    public static SealedCommit Read(StoredRow row) => new()
    {
        Seq = row.GetInt64(0),
        Lane = row.GetGuid(1),
        Number = row.GetInt64(2),
        Previous = row.BytesAt(3)!,
        At = row.GetTime(4),
        Count = row.GetInt32(5),
        Root = row.BytesAt(6)!,
        Position = row.NumberAt(8),
        Leaves = row.BytesAt(9),
    };

    /// <summary>In the order of their numbers.</summary>
    public void Check(SealedCommit commit, byte[] stored)
    {
        report.Commits++;
        if (commit.Position is null)
            report.Open++;
        if (commit.Previous.Length != MerkleTree.HashSize || commit.Root.Length != MerkleTree.HashSize)
        {
            report.Say($"commit {commit.Seq} was changed: its hashes are no SHA-256.");
            return;
        }

        if (!commit.Hash.AsSpan().SequenceEqual(stored))
            report.Say($"commit {commit.Seq} was changed: its hash is of another.");
        if (SealedCommit.HashesOf(commit.Leaves, commit.Count) is not { } hashes
            || !MerkleTree.Root(hashes).AsSpan().SequenceEqual(commit.Root))
            report.Say($"commit {commit.Seq} was changed: its leaves are not those of its root.");
        var (number, head) = _lanes.GetValueOrDefault(commit.Lane, (0, new byte[MerkleTree.HashSize]));
        if (commit.Number != number + 1)
        {
            report.Say($"commit {commit.Seq} is number {commit.Number} of its lane and comes after {number}: "
                + "commits between them were deleted, or moved.");
        }
        else if (!commit.Previous.AsSpan().SequenceEqual(head))
        {
            report.Say($"commit {commit.Seq} does not follow the one before it in its lane: one of them was changed.");
        }

        _lanes[commit.Lane] = (commit.Number, commit.Hash);
    }
}
