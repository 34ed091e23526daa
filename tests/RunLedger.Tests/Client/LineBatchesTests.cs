using RunLedger.Client.Sending;

namespace RunLedger.Tests.Client;

public sealed class LineBatchesTests
{
    [Theory]
    [InlineData(new[] { 3, 3 }, new[] { 2 })]
    [InlineData(new int[0], new int[0])]
    [InlineData(new[] { 65_500, 36, 1, 300_000, 1, 65_535 }, new[] { 2, 1, 1, 2 })]
    public void Lines_go_together_in_order_up_to_64_KB_and_a_larger_one_is_alone(int[] lengths, int[] expected)
    {
        ReadOnlyMemory<byte>[] lines = [.. lengths.Select(length => (ReadOnlyMemory<byte>)new byte[length])];

        var batches = LineBatches.Split(lines).ToList();

        Assert.Equal(expected, batches.Select(batch => batch.Count));
        Assert.Equal(lengths, batches.SelectMany(batch => batch).Select(line => line.Length));
    }

    [Fact]
    public void More_than_a_thousand_lines_are_several_messages()
    {
        var lines = Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[1], 2_001).ToArray();

        Assert.Equal([1_000, 1_000, 1], LineBatches.Split(lines).Select(batch => batch.Count));
    }
}
