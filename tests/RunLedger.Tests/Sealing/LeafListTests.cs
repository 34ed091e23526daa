using RunLedger.Folding;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;
using RunLedger.Verifying;

namespace RunLedger.Tests.Sealing;

public sealed class LeafListTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 1)]
    [InlineData(33, 2)]
    [InlineData(70, 3)]
    public void Observations_share_leaves_and_all_are_counted(int observations, int expected)
    {
        var leaves = new LeafList(LeafList.Size(1, observations));
        var run = Guid.CreateVersion7();
        leaves.Run(null, new RunRow { ProcessRunId = run, Status = RunStatus.Started });
        leaves.Observations([.. Enumerable.Range(1, observations).Select(n => (UInt128)n)]);

        Assert.Equal(1 + expected, leaves.Count);
        Assert.Equal(LeafList.Size(1, observations), leaves.Length);
        Assert.NotNull(SealedCommit.HashesOf(leaves.Bytes, leaves.Count));
        Assert.Equal(observations, Counted(leaves.Bytes));
    }

    [Fact]
    public void Commits_of_before_with_a_leaf_for_each_observation_are_read()
    {
        var leaves = new LeafList();
        leaves.Observations([1]);
        byte[] bytes =
        [
            (byte)LeafKind.Observation, .. Guid.CreateVersion7().ToByteArray(), .. new byte[16],
            .. leaves.Bytes,
            (byte)LeafKind.Observation, .. Guid.CreateVersion7().ToByteArray(), .. new byte[16],
        ];

        Assert.NotNull(SealedCommit.HashesOf(bytes, 3));
        Assert.Equal(3, Counted(bytes));
    }

    [Theory]
    [InlineData(new byte[] { (byte)LeafKind.Observations })]
    [InlineData(new byte[] { (byte)LeafKind.Observations, 1, 0 })]
    [InlineData(new byte[] { (byte)LeafKind.Observations, 255 })]
    public void What_is_cut_off_is_no_leaf(byte[] bytes)
    {
        byte[] all = [.. new byte[50], .. bytes];
        all[0] = (byte)LeafKind.Observations;
        all[1] = 3;

        Assert.Null(SealedCommit.HashesOf(all, 2));
        Assert.Equal(3, Counted(all.AsSpan(0, 50)));
    }

    static long Counted(ReadOnlySpan<byte> leaves)
    {
        var report = new VerificationReport();
        new RowStates(0, 1, report).Apply(leaves, 1);
        return report.Observations;
    }
}
