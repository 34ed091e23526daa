using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>How messages are replaced and cancelled.</summary>
public abstract class CancelConformance(Provider provider) : ScheduleSuite(provider)
{
    [Fact]
    public async Task A_cancelled_message_is_gone_and_leaves_nothing_behind()
    {
        var row = Row(Noon);
        await Add(row);

        await CancelToken(row.Token);

        Assert.Empty(await Take(Noon));
        Assert.Empty(await Query("select token from scheduled_message"));
    }

    [Fact]
    public async Task A_cancellation_that_comes_before_its_message_still_cancels_it()
    {
        var row = Row(Noon) with { SentAt = Noon.AddSeconds(-1) };

        await CancelToken(row.Token, at: Noon);
        await Add(row);
        await Add(row);

        Assert.Empty(await Take(Noon));
        Assert.Null(await NextDue());
    }

    [Fact]
    public async Task A_message_asked_for_after_the_cancellation_of_its_token_is_another_one()
    {
        var row = Row(Noon) with { SentAt = Noon.AddSeconds(1) };

        await CancelToken(row.Token, at: Noon);
        await Add(row);

        Assert.Equal([row.Token], await Take(Noon));
    }

    [Fact]
    public async Task Cancelling_what_nobody_scheduled_is_fine_and_forgotten_after_a_day()
    {
        await CancelToken(Guid.CreateVersion7());
        await CancelToken(Guid.CreateVersion7());

        await Schedule.Forget(Noon.AddDays(1).AddSeconds(-1), Cancel);
        Assert.Equal(2, (await Query("select token from scheduled_message")).Count);
        await Schedule.Forget(Noon.AddDays(1), Cancel);
        Assert.Empty(await Query("select token from scheduled_message"));
    }

    [Fact]
    public async Task Forgetting_cancellations_touches_no_message()
    {
        var row = Row(Noon);
        await Add(row);

        await Schedule.Forget(Noon.AddDays(30), Cancel);

        Assert.Equal([row.Token], await Take(Noon));
    }

    [Fact]
    public async Task A_message_with_the_token_of_another_takes_its_place()
    {
        var row = Row(Noon);
        await Add(row);

        await Add(row with { DueAt = Noon.AddHours(1), Destination = "queue:elsewhere" });

        Assert.Empty(await Take(Noon));
        await using var claim = await Claim(Noon.AddHours(1));
        Assert.Equal("queue:elsewhere", Assert.Single(claim.Rows).Destination);
    }
}
