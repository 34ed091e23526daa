using System.Text.Json;

namespace RunLedger.Sealing;

/// <summary>
/// That a run's row was written so by a commit that a checkpoint vouches for: the way from the row's hash to the root
/// that was signed. Whoever has the public key needs nothing else.
/// </summary>
sealed record SealProof
{
    /// <summary>The leaf, which has the run's id and the hash of its row.</summary>
    public required byte[] Leaf { get; init; }

    /// <summary>Its place among the leaves of its commit.</summary>
    public required int At { get; init; }

    /// <summary>From the leaf to the commit's root.</summary>
    public required byte[] Path { get; init; }

    /// <summary>What is hashed of the commit.</summary>
    public required byte[] Commit { get; init; }

    /// <summary>The commit's place among all.</summary>
    public required long Position { get; init; }

    /// <summary>From the commit to the checkpoint's root.</summary>
    public required byte[] Way { get; init; }

    /// <summary>The checkpoint, with its signature.</summary>
    public required JsonElement Checkpoint { get; init; }

    /// <summary>What it does not prove; null where it proves its run.</summary>
    public string? Fault(SealedCheckpoint checkpoint)
    {
        if (SealedCommit.Read(Commit) is not { } commit || Leaf.Length != Sealing.Leaf.RowSize)
            return "It is no proof of a run.";
        var root = MerkleTree.Follow(MerkleTree.HashLeaf(Leaf), At, commit.Count, Path);
        if (root is null || !root.AsSpan().SequenceEqual(commit.Root))
            return "The row is none of the commit's: the proof was changed.";
        var all = MerkleTree.Follow(MerkleTree.HashLeaf(Commit), Position, checkpoint.Size, Way);
        return all is null || Convert.ToHexStringLower(all) != checkpoint.Root
            ? "The commit is none of the checkpoint's: the proof was changed."
            : null;
    }
}
