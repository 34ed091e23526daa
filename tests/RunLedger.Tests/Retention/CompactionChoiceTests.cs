using RunLedger.Retention;

namespace RunLedger.Tests.Retention;

/// <summary>Which slices are made one, and that it comes to an end.</summary>
public sealed class CompactionChoiceTests
{
    const long Megabyte = 1024 * 1024;

    static readonly DateTime Now = new(2027, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(31, 60_000, 0)]
    [InlineData(32, 60_000, 32)]
    [InlineData(100, 60_000, 32)]
    [InlineData(31, 2 * Megabyte, 0)]
    [InlineData(32, 2 * Megabyte, 32)]
    [InlineData(5, 30 * Megabyte, 4)]
    [InlineData(40, 64 * Megabyte, 0)]
    public void While_a_month_grows_slices_of_one_size_wait_for_enough_of_them(int slices, long bytes, int taken) =>
        Assert.Equal(taken, Choose(TimeSpan.FromHours(1), [.. Enumerable.Repeat(bytes, slices)]).Count);

    [Fact]
    public void A_month_that_nothing_was_added_to_for_a_day_becomes_as_few_files_as_can_be()
    {
        List<long> bytes = [60_000, 2 * Megabyte, 50 * Megabyte, 63 * Megabyte, 100 * Megabyte];

        Assert.Empty(Choose(TimeSpan.FromHours(23), [.. bytes]));
        while (Choose(TimeSpan.FromDays(1), [.. bytes]) is { Count: > 0 } chosen)
        {
            foreach (var slice in chosen)
                bytes.Remove(slice.Bytes);
            bytes.Add(chosen.Sum(slice => slice.Bytes));
        }

        Assert.Equal(2, bytes.Count);
        Assert.All(bytes, size => Assert.InRange(size, 64 * Megabyte, 128 * Megabyte));
    }

    [Fact]
    public void Months_are_not_mixed_and_one_slice_alone_stays() => Assert.Empty(CompactionChoice.Of(
        [(Slice("2026-08", 1_000, 2), Now.AddDays(-9)), (Slice("2026-09", 1_000, 2), Now.AddDays(-9))], Now));

    [Fact]
    public void Slices_of_the_first_layout_are_taken_few_at_a_time_because_they_are_in_memory_whole() => Assert.Equal(
        8,
        CompactionChoice.Of(
            Enumerable.Repeat(0, 32).Select(_ => (Slice("2026-08", 2 * Megabyte, layout: 1), Now.AddDays(-9))),
            Now).Count);

    static IReadOnlyList<SliceManifest> Choose(TimeSpan since, params long[] bytes) =>
        CompactionChoice.Of(bytes.Select(size => (Slice("2026-08", size, 2), Now - since)), Now);

    static SliceManifest Slice(string month, long bytes, int layout) =>
        new(Guid.CreateVersion7(), month, new("", 1, bytes, ""), new("", 0, 0, ""), layout);
}
