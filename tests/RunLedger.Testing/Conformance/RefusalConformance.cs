using RunLedger.Folding;
using RunLedger.Service.Channels;
using RunLedger.Service.Outward;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What becomes of messages that a receiver refuses, and of senders and hours that are over.</summary>
public abstract class RefusalConformance(Provider provider) : IncidentSuite(provider)
{
    static readonly OutwardResult WrongKey = new(false, "It answered 400: no such routing key", IsAboutMessage: true);

    [Fact]
    public async Task What_a_receiver_with_a_wrong_key_refuses_waits_until_the_channel_is_put_right()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Ended(0.1, "completed");
        await Look(1);
        Receiver.Answer = _ => WrongKey;
        for (var minute = 2; minute < 3 * 24 * 60; minute += 30)
        {
            At(minute);
            await Send();
        }

        Assert.InRange(Receiver.Asked, 100, 200);
        Receiver.Answer = _ => null;
        At(3 * 24 * 60);
        await Send();

        Assert.Equal(["opened", "recovered"], Receiver.Taken.ConvertAll(one => one.Message.Kind));
    }

    [Fact]
    public async Task A_message_that_is_refused_again_and_again_while_others_get_through_is_given_up()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Look(0.5);
        Receiver.Answer = message => message.Candidate == "P" ? WrongKey : null;
        for (var minute = 1; minute < 60; minute++)
        {
            await Ended(minute - 0.5, candidate: $"Q{minute}");
            await Look(minute);
            await Send();
        }

        Assert.Equal(["P"], await Query(
            """
            select i.candidate from incident i join incident_delivery d on d.incident_id = i.incident_id
            where d.dropped_at is not null
            """));
        Assert.Equal(59, Receiver.Taken.Count);
    }

    [Fact]
    public async Task A_channel_that_was_away_and_refuses_once_it_is_back_loses_nothing()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Look(1);
        Receiver.Answer = _ => OutwardResult.Failed("It did not answer within 10 seconds.");
        for (var minute = 2; minute < 40; minute += 10)
        {
            At(minute);
            await Send();
        }

        Receiver.Answer = _ => WrongKey;
        At(60);
        await Send();

        Assert.Empty(await Query("select 1 from incident_delivery where dropped_at is not null"));
    }

    [Fact]
    public async Task A_sender_whose_claim_is_over_settles_nothing_of_the_one_that_has_it_by_then()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Look(1);
        var late = await Claim(0);
        var now = await Claim(30);

        Assert.Equal(
            (0, 0, 0, 0),
            await Store.Transactions.InOne(
                async sql => (
                    await DeliverySql.Delivered(sql, late!, Now, Token),
                    await DeliverySql.Failed(sql, late!, Now, "no", Token),
                    await DeliverySql.Dropped(sql, late!, Now, "no", Token),
                    await DeliverySql.PutOff(sql, late!, Now, Token)),
                Token));
        Assert.Equal(1, await Store.Transactions.InOne(
            sql => DeliverySql.Delivered(sql, now!, Now, Token), Token));
        Assert.Equal(["1"], await Query("select tried from incident_delivery where delivered_at is not null"));

        Task<Delivery?> Claim(int seconds)
        {
            At(1 + (seconds / 60d));
            return Store.Transactions.InOne(
                sql => DeliverySql.Claim(
                    sql, "ops", LedgerTime.Time(LedgerTime.Of(Time.GetUtcNow())), TimeSpan.FromSeconds(20),
                    TimeSpan.FromMinutes(20), Token),
                Token);
        }
    }

    [Fact]
    public async Task What_failed_within_the_hours_is_tried_again_within_them_and_not_at_night()
    {
        await Rule(new()
        {
            Condition = "failed",
            Hold = "00:00:00",
            Hours = new() { Windows = [new() { From = "08:00", To = "12:30" }] },
        });
        await Ended(0);
        await Look(1);
        Receiver.Answer = _ => OutwardResult.Failed("It answered 503");
        for (var minute = 1; minute < 30; minute++)
        {
            At(minute);
            await Send();
        }

        var within = Receiver.Asked;
        Receiver.Answer = _ => null;
        for (var minute = 30; minute < 20 * 60; minute += 3)
        {
            At(minute);
            await Send();
        }

        Assert.Equal((within, 0), (Receiver.Asked, Receiver.Taken.Count));
        At((20 * 60) + 1);
        await Send();

        Assert.Single(Receiver.Taken);
        Assert.NotEqual(0, within);
    }
}
