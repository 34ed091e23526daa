using RunLedger.Expectations;
using RunLedger.Testing;

namespace RunLedger.Tests.Expectations;

/// <summary>What a time without the ledger does to the grace of slots.</summary>
public sealed class JudgingGapTests
{
    static readonly DateTime Noon = Some.Noon.UtcDateTime;
    static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    [Fact]
    public void Without_a_gap_a_slot_is_due_when_its_grace_is_over()
    {
        var gap = new JudgingGap(Noon).Passed(Noon.AddSeconds(15), Every).Passed(Noon.AddSeconds(40), Every);

        Assert.Equal(Noon + Grace, gap.DueAt(Noon, Grace));
    }

    [Theory]
    // Its grace was over before the ledger went, or it came after it was back.
    [InlineData(-30, -20)]
    [InlineData(120, 130)]
    // In the middle of either.
    [InlineData(-5, 130)]
    [InlineData(60, 130)]
    [InlineData(119, 130)]
    public void What_was_due_while_the_ledger_was_down_has_its_grace_again_when_it_is_back(int slot, int due)
    {
        // Down for two hours from noon.
        var gap = new JudgingGap(Noon).Passed(Noon.AddMinutes(120), Every);

        Assert.Equal(Noon.AddMinutes(due), gap.DueAt(Noon.AddMinutes(slot), Grace));
    }

    [Fact]
    public void A_second_outage_soon_after_the_first_is_one_with_it()
    {
        var gap = new JudgingGap(Noon).Passed(Noon.AddMinutes(120), Every).Passed(Noon.AddMinutes(125), Every);

        Assert.Equal(Noon.AddMinutes(135), gap.DueAt(Noon.AddMinutes(60), Grace));
    }

    [Fact]
    public void A_clock_that_goes_back_is_a_gap_too_and_one_that_goes_on_is_none()
    {
        var back = new JudgingGap(Noon).Passed(Noon.AddMinutes(-30), Every);

        Assert.Equal(Noon.AddMinutes(-30), back.PassedAt);
        Assert.Equal(Noon.AddMinutes(-20), back.DueAt(Noon.AddMinutes(-35), Grace));
    }
}
