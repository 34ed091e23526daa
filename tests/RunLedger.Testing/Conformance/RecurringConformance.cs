using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>Recurring messages as the store keeps them.</summary>
public abstract class RecurringConformance(Provider provider) : ScheduleSuite(provider)
{
    static readonly ScheduledRow Sweep = new()
    {
        Token = Guid.Parse("0198c0de-0000-7000-8000-00000000000c"),
        DueAt = Noon,
        SentAt = Noon,
        Destination = "queue:control",
        RepeatEvery = TimeSpan.FromMinutes(1),
    };

    [Fact]
    public async Task One_that_is_registered_again_keeps_its_due_time()
    {
        await Schedule.Register([Sweep], Cancel);
        await Schedule.Register([Sweep with { DueAt = Noon.AddHours(1) }], Cancel);

        Assert.Equal(Noon, await NextDue(Sweep.Token));
    }

    [Fact]
    public async Task A_changed_period_brings_the_due_time_forward_and_never_back()
    {
        await Schedule.Register([Sweep with { DueAt = Noon.AddHours(1) }], Cancel);
        await Schedule.Register(
            [Sweep with { RepeatEvery = TimeSpan.FromSeconds(5), DueAt = Noon.AddSeconds(5) }], Cancel);
        await Schedule.Register([Sweep with { RepeatEvery = TimeSpan.FromHours(5), DueAt = Noon.AddHours(5) }], Cancel);

        await using var claim = await Claim(Noon.AddSeconds(5), 100, Sweep.Token);
        var row = Assert.Single(claim.Rows);
        Assert.Equal(
            (Noon.AddSeconds(5), TimeSpan.FromHours(5), "queue:control"),
            (row.DueAt, row.RepeatEvery, row.Destination));
    }

    [Fact]
    public async Task A_dispatcher_that_does_not_know_it_leaves_it_alone()
    {
        await Schedule.Register([Sweep], Cancel);

        Assert.Null(await NextDue());
        await using var claim = await Claim(Noon.AddDays(1));
        Assert.Empty(claim.Rows);
    }

    [Fact]
    public async Task It_is_moved_on_by_the_result_and_not_before()
    {
        await Schedule.Register([Sweep], Cancel);
        await (await Claim(Noon, 100, Sweep.Token)).DisposeAsync();
        Assert.Equal(Noon, await NextDue(Sweep.Token));

        await using (var claim = await Claim(Noon, 100, Sweep.Token))
        {
            var result = new ClaimResult();
            result.Moved.Add((Sweep.Token, Noon.AddMinutes(1)));
            await claim.Settle(result, Cancel);
        }

        Assert.Equal(Noon.AddMinutes(1), await NextDue(Sweep.Token));
    }
}
