using RunLedger.Service.Channels;
using RunLedger.Service.Outward;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>How what is told goes out, in either store.</summary>
public abstract class DeliveryConformance(Provider provider) : IncidentSuite(provider)
{
    [Fact]
    public async Task A_message_that_fails_is_tried_again_later_and_later_under_the_same_id()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Look(1);
        var asked = new List<int>();
        Receiver.Answer = _ => new(false, "It answered 503");
        for (var second = 0; second < 60; second++)
        {
            At(1 + (second / 60d));
            await Send();
            asked.Add(Receiver.Asked);
        }

        // After 5, 10 and 20 seconds, each a fifth more or less.
        Assert.InRange(Receiver.Asked, 3, 5);
        Assert.Equal(1, asked[3]);
        Receiver.Answer = _ => null;
        At(3);
        await Send();
        await Send();

        Assert.Single(Receiver.Taken);
        Assert.Equal(
            [$"{Receiver.Taken[0].Id}|{Receiver.Asked}"],
            await Query("select delivery_id, tried from incident_delivery where delivered_at is not null"));
    }

    [Fact]
    public async Task What_follows_in_a_chain_waits_for_what_comes_before_and_other_chains_do_not()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Ended(0.1, "completed");
        await Ended(0.2);
        await Ended(0.3, candidate: "Q");
        await Look(1);
        Receiver.Answer = message => message.Candidate == "P" ? new(false, "no") : null;
        await Send();
        await Send();
        Assert.Equal(["Q opened"], Texts(Receiver));

        Receiver.Answer = _ => null;
        At(2);
        await Send();

        Assert.Equal(["Q opened", "P opened", "P recovered", "P opened"], Texts(Receiver));
    }

    [Fact]
    public async Task What_was_given_up_has_no_end_told_through_the_same_channel()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Ended(0.1, "completed");
        await Look(1);
        Receiver.Answer = _ => OutwardResult.Failed("It answered 401");
        for (var hour = 0; hour < 74; hour++)
        {
            At(hour * 60);
            await Send();
        }

        Receiver.Answer = _ => null;
        At(75 * 60);
        await Send();

        Assert.Empty(Receiver.Taken);
        Assert.Equal(["2"], await Query("select count(*) from incident_delivery where dropped_at is not null"));
    }

    [Fact]
    public async Task What_a_process_had_claimed_when_it_died_is_sent_by_another_when_the_claim_is_over()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Look(1);
        await Query($"update incident_delivery set claimed_until = '{Text(Now.AddSeconds(15))}'");

        await Send();
        Assert.Equal(0, Receiver.Asked);
        At(1.3);
        await Send();

        Assert.Single(Receiver.Taken);
    }

    [Fact]
    public async Task What_a_clock_that_was_ahead_put_off_is_sent_all_the_same()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Look(1);
        var ahead = Text(Noon.AddDays(1));
        await Query($"update incident_delivery set due_at = '{ahead}', claimed_until = '{ahead}'");

        await Send();

        Assert.Single(Receiver.Taken);
    }

    [Fact]
    public async Task Replicas_that_send_at_once_send_each_message_once()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        for (var run = 0; run < 20; run++)
            await Ended(0.01 * run, candidate: $"P{run}");
        await Look(1);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Send()));

        Assert.Equal(20, Receiver.Asked);
    }

    [Fact]
    public async Task A_channel_says_since_when_and_why_nothing_gets_through_and_forgets_it_when_something_does()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Look(1);
        Receiver.Answer = _ => OutwardResult.Failed("It answered 500");
        await Send();
        At(2);
        await Send();
        Assert.Equal(
            [$"{Text(Noon.AddMinutes(1))}|It answered 500"],
            await Query("select failing_since, fault from incident_channel"));

        Receiver.Answer = _ => null;
        At(3);
        await Send();

        Assert.Equal(
            [$"||{Text(Noon.AddMinutes(3))}"],
            await Query("select failing_since, fault, delivered_at from incident_channel"));
    }

    [Fact]
    public async Task Whatever_a_sender_throws_is_a_message_that_did_not_get_through()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(0);
        await Look(1);
        Receiver.Answer = _ => throw new InvalidOperationException("with a secret in it");

        await Send();

        Assert.Equal(
            ["1|It could not be sent: InvalidOperationException."],
            await Query("select tried, fault from incident_delivery"));
        Assert.Equal([Text(Now)], await Query("select failing_since from incident_channel"));
    }

    [Fact]
    public async Task A_channel_through_which_nothing_gets_is_tried_once_and_left_alone_as_long_as_its_receiver_asks()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        for (var candidate = 0; candidate < 20; candidate++)
            await Ended(0, candidate: $"P{candidate}");
        await Look(1);
        Receiver.Answer = _ => new(false, "It answered 429");
        await Send();
        var before = Receiver.Asked;

        At(5);
        Assert.Equal(Channels.RetryAfter, await Send());
        Receiver.Answer = _ => new(false, "It answered 429", RetryAfter: TimeSpan.FromMinutes(2));
        At(10);
        Assert.Equal(TimeSpan.FromMinutes(2), await Send());
        Assert.Equal(before + 2, Receiver.Asked);

        Receiver.Answer = _ => null;
        At(40);
        await Send();
        Assert.Equal(20, Receiver.Taken.Count);
    }

    [Fact]
    public async Task Whatever_fails_or_dies_in_between_each_edge_is_told_under_one_id_and_no_end_before_its_beginning()
    {
        const int Candidates = 5;
        const int Flaps = 6;
        var random = new Random(17);
        Channels.RetryAfter = TimeSpan.FromSeconds(1);
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        var took = new List<(Guid Id, string Candidate, string Kind)>();
        CancellationTokenSource process = null!;
        var deaths = 0;
        Receiver.Answer = message => random.Next(10) switch
        {
            // The process dies before it was sent, or before it is known to be.
            0 => Dies(),
            1 => Died(message),
            < 5 => new(false, "It answered 500"),
            _ => null,
        };
        for (var flap = 0; flap < Flaps; flap++)
        {
            for (var candidate = 0; candidate < Candidates; candidate++)
            {
                await Ended(flap, candidate: $"P{candidate}");
                await Ended(flap + 0.4, "completed", candidate: $"P{candidate}");
            }

            await Look(flap + 0.7);
            await Work();
        }

        for (var minute = Flaps; minute < 3 * Flaps; minute++)
        {
            At(minute);
            await Look(minute);
            await Work();
        }

        Receiver.Answer = _ => null;
        At(4 * Flaps);
        await Send();

        var told = Receiver.Taken.ConvertAll(one => (one.Id, one.Message.Candidate!, one.Message.Kind));
        Assert.Equal(2 * Candidates * Flaps, told.Concat(took).Select(one => one.Id).Distinct().Count());
        Assert.Empty(await Query(
            "select 1 from incident_delivery where delivered_at is null or dropped_at is not null"));
        foreach (var chain in told.Concat(took).GroupBy(one => one.Item2))
        {
            Assert.Equal(
                Enumerable.Repeat((string[])["opened", "recovered"], Flaps).SelectMany(pair => pair),
                (await Query(
                    $"""
                     select d.kind from incident_delivery d join incident i on i.incident_id = d.incident_id
                     where i.candidate = '{chain.Key}' order by d.delivered_at, d.position
                     """)));
        }

        Assert.NotEqual(0, deaths);

        OutwardResult Died(IncidentMessage message)
        {
            took.Add((Receiver.Now, message.Candidate!, message.Kind));
            return Dies();
        }

        OutwardResult Dies()
        {
            process.Cancel();
            throw new InvalidOperationException("killed");
        }

        async Task Work()
        {
            for (var attempt = 0; attempt < 12; attempt++)
            {
                using var next = process = new();
                try
                {
                    await Send(next.Token);
                }
                catch (InvalidOperationException)
                {
                    // Another process goes on when the claim of this one is over.
                    deaths++;
                }

                At(((Now - Noon).TotalSeconds + 1) / 60);
            }
        }
    }

    static List<string> Texts(Stores.TakingChannel receiver) =>
        receiver.Taken.ConvertAll(taken => $"{taken.Message.Candidate} {taken.Message.Kind}");
}
