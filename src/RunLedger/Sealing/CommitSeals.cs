using RunLedger.Folding;

namespace RunLedger.Sealing;

/// <summary>
/// Seals commits of this process. Each takes a lane that nobody uses, so that commits at the same time wait for
/// nobody, and whose last commit has a lesser number: what draws its number early may commit late. A lane whose commit
/// failed is not used again, as nobody may know what became of that.
/// </summary>
sealed class CommitSeals(TimeProvider time)
{
    readonly Lock _lock = new();
    readonly List<(Guid Id, long Number, byte[] Head, long Seq)> _idle = [];

    /// <summary>
    /// Where the database does not say that commits are sealed, the first one says so; what rows there are by then is
    /// taken up afterwards.
    /// </summary>
    public const string StateSql = "select state from sealing_state";

    /// <summary>For <see cref="StateSql"/>: named parameters ledger, epoch and at.</summary>
    public const string BeginSql =
        """
        insert into sealing_state (one, ledger, epoch, state, changed_at)
        values (true, @ledger, @epoch, 'adopting', @at)
        on conflict (one) do update set
          epoch = excluded.epoch, state = 'adopting', changed_at = excluded.changed_at, stage = 0, after_id = null
          where sealing_state.state = 'off'
        """;

    public DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));

    /// <summary>Whether this process knows that the database says so.</summary>
    public bool Begun { get; set; }

    /// <param name="seq">Drawn while the transaction holds all that it writes.</param>
    /// <param name="leaves">What it wrote.</param>
    public SealedCommit Seal(long seq, LeafList leaves)
    {
        var lane = (Id: Guid.CreateVersion7(), Number: 0L, Head: new byte[MerkleTree.HashSize], Seq: 0L);
        lock (_lock)
        {
            if (_idle.FindLastIndex(one => one.Seq < seq) is >= 0 and var at)
            {
                lane = _idle[at];
                _idle.RemoveAt(at);
            }
        }

        return new SealedCommit
        {
            Seq = seq,
            Lane = lane.Id,
            Number = lane.Number + 1,
            Previous = lane.Head,
            At = Now,
            Count = leaves.Count,
            Root = MerkleTree.Root(SealedCommit.HashesOf(leaves.Bytes, leaves.Count)!),
            Leaves = leaves.ToArray(),
        };
    }

    /// <summary>Call once it is committed.</summary>
    public void Committed(SealedCommit commit)
    {
        Begun = true;
        lock (_lock)
            _idle.Add((commit.Lane, commit.Number, commit.Hash, commit.Seq));
    }
}
