using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>Schedules of other services as the store keeps them.</summary>
public abstract class CronConformance(Provider provider) : ScheduleSuite(provider)
{
    static readonly Guid Token = CronSchedule.TokenOf("reports", "nightly");

    [Fact]
    public async Task It_is_claimed_as_it_was_given_and_moved_on_by_the_result()
    {
        var row = Nightly(Noon);
        await Add(row);

        await using (var claim = await Claim(Noon))
        {
            var claimed = Assert.Single(claim.Rows);
            Assert.Equal(CronSchedule.Read(row.Schedule!), CronSchedule.Read(claimed.Schedule!));
            Assert.Equal(row.Body, claimed.Body);
            var result = new ClaimResult();
            result.Moved.Add((Token, Noon.AddDays(1)));
            await claim.Settle(result, Cancel);
        }

        Assert.Equal(Noon.AddDays(1), await NextDue());
    }

    [Fact]
    public async Task One_that_is_said_again_keeps_its_due_time_and_takes_the_new_body()
    {
        await Add(Nightly(Noon));

        await Add(Nightly(Noon.AddDays(1), sentAt: Noon.AddHours(1), body: "newer"));

        Assert.Equal(Noon, await NextDue());
        await using var claim = await Claim(Noon);
        Assert.Equal("newer", System.Text.Encoding.UTF8.GetString(Assert.Single(claim.Rows).Body));
    }

    [Theory]
    [InlineData("0 0 13 * * ?", null, 0)]
    [InlineData("0 0 12 * * ?", "Europe/Berlin", 0)]
    [InlineData("0 0 12 * * ?", null, 30)]
    public async Task Another_cron_or_zone_or_a_start_that_is_still_to_come_moves_it(
        string cron, string? zone, int startsIn)
    {
        await Add(Nightly(Noon));

        await Add(Nightly(Noon.AddDays(1), Noon.AddHours(1), cron: cron, zone: zone, start: Noon.AddDays(startsIn)));

        Assert.Equal(Noon.AddDays(1), await NextDue());
    }

    [Fact]
    public async Task A_paused_one_waits_and_is_due_as_before_when_it_is_resumed()
    {
        await Add(Nightly(Noon));

        await Pause(true, Noon.AddMinutes(1));
        Assert.Null(await NextDue());
        await using (var none = await Claim(Noon.AddDays(9)))
            Assert.Empty(none.Rows);
        await Pause(false, Noon.AddMinutes(2));

        Assert.Equal(Noon, await NextDue());
    }

    [Fact]
    public async Task A_pause_that_comes_before_its_schedule_waits_for_it()
    {
        await Pause(true, Noon.AddMinutes(1));
        await Add(Nightly(Noon));
        Assert.Null(await NextDue());

        await Pause(false, Noon.AddMinutes(2));

        Assert.Equal(Noon, await NextDue());
    }

    [Fact]
    public async Task The_later_of_a_pause_and_a_resumption_counts_whichever_comes_first()
    {
        await Add(Nightly(Noon));

        await Pause(false, Noon.AddMinutes(2));
        await Pause(true, Noon.AddMinutes(1));

        Assert.Equal(Noon, await NextDue());
    }

    [Fact]
    public async Task One_that_is_said_again_after_it_was_paused_is_not_paused()
    {
        await Add(Nightly(Noon));
        await Pause(true, Noon.AddMinutes(1));

        await Add(Nightly(Noon, sentAt: Noon.AddMinutes(2)));

        Assert.Equal(Noon, await NextDue());
    }

    [Fact]
    public async Task A_pause_of_what_nobody_schedules_is_forgotten_after_a_day()
    {
        await Pause(true, Noon);

        await Schedule.Forget(Noon.AddDays(1), Cancel);

        Assert.Empty(await Query("select token from scheduled_message"));
    }

    [Fact]
    public async Task A_cancelled_one_is_gone_paused_or_not()
    {
        await Add(Nightly(Noon));
        await Pause(true, Noon.AddMinutes(1));

        await CancelToken(Token, Noon.AddMinutes(2));

        Assert.Empty(await Query("select token from scheduled_message"));
    }

    static ScheduledRow Nightly(
        DateTime due, DateTime? sentAt = null, string cron = "0 0 12 * * ?", string? zone = null,
        DateTime? start = null, string body = "body") => Row(due, body: body) with
        {
            Token = Token,
            SentAt = sentAt ?? Noon,
            Schedule = new CronSchedule
            {
                Group = "reports",
                Id = "nightly",
                Cron = cron,
                Zone = zone,
                Start = RunLedger.Folding.LedgerTime.Text(start ?? Noon),
            }.Json(),
        };

    Task Pause(bool paused, DateTime at) =>
        Schedule.Write(new([], [], [new SchedulePause(Token, paused, at)]), Noon, Cancel);
}
