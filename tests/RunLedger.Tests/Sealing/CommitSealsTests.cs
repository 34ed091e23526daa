using RunLedger.Folding;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Tests.Sealing;

public sealed class CommitSealsTests
{
    readonly CommitSeals _seals = new(TimeProvider.System);

    [Fact]
    public void A_commit_goes_behind_no_other_that_drew_a_later_number()
    {
        var late = Sealed(11);
        var early = Sealed(10);
        var next = Sealed(12);

        Assert.NotEqual(late.Lane, early.Lane);
        Assert.Equal((1, 1), (late.Number, early.Number));
        Assert.Equal((early.Lane, 2), (next.Lane, next.Number));
        Assert.Equal(early.Hash, next.Previous);
    }

    [Fact]
    public void Commits_at_the_same_time_have_lanes_of_their_own_and_one_that_failed_has_no_successor()
    {
        var failed = _seals.Seal(1, Leaves());
        var other = Sealed(2);

        var next = Sealed(3);

        Assert.NotEqual(failed.Lane, other.Lane);
        Assert.Equal((other.Lane, 2), (next.Lane, next.Number));
    }

    SealedCommit Sealed(long seq)
    {
        var commit = _seals.Seal(seq, Leaves());
        _seals.Committed(commit);
        return commit;
    }

    static LeafList Leaves()
    {
        var leaves = new LeafList();
        leaves.Run(null, new RunRow
        {
            ProcessRunId = Guid.CreateVersion7(),
            Status = RunStatus.Started,
        });
        return leaves;
    }
}
