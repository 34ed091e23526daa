using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>How messages are taken to be sent.</summary>
public abstract class ClaimConformance(Provider provider) : ScheduleSuite(provider)
{
    static readonly Guid Run = Guid.Parse("0198c0de-0000-7000-8000-00000000000a");
    static readonly Guid Other = Guid.Parse("0198c0de-0000-7000-8000-00000000000b");

    [Fact]
    public async Task What_is_due_is_taken_as_it_was_stored_and_what_is_not_stays()
    {
        var (due, later) = (Row(Noon, Run), Row(Noon.AddTicks(10)));
        await Add(due, later);

        await using (var claim = await Claim(Noon))
        {
            var row = Assert.Single(claim.Rows);
            Assert.Equal(due with { Body = [], Headers = "" }, row with { Body = [], Headers = "" });
            Assert.Equal(due.Body, row.Body);
            Assert.Equal("b", ScheduledHeaders.Read(row.Headers).Headers["a"]!.ToString());
        }

        Assert.Equal([due.Token], await Take(Noon));
        Assert.Equal(later.DueAt, await NextDue());
        Assert.Equal([later.Token], await Take(later.DueAt));
        Assert.Null(await NextDue());
    }

    [Fact]
    public async Task A_claim_that_is_given_up_leaves_its_messages_due()
    {
        var row = Row(Noon);
        await Add(row);

        await (await Claim(Noon)).DisposeAsync();

        Assert.Equal([row.Token], await Take(Noon));
    }

    [Fact]
    public async Task What_one_dispatcher_has_claimed_another_does_not_get()
    {
        ScheduledRow[] rows = [.. Enumerable.Range(0, 10).Select(n => Row(Noon.AddSeconds(n)))];
        await Add(rows);

        await using var first = await Claim(Noon.AddHours(1), limit: 4);
        await using var second = await Claim(Noon.AddHours(1), limit: 100);

        Assert.Equal(rows.Take(4).Select(row => row.Token), first.Rows.Select(row => row.Token));
        Assert.Equal(rows.Skip(4).Select(row => row.Token), second.Rows.Select(row => row.Token));
    }

    [Fact]
    public async Task Messages_of_one_run_are_taken_together_in_their_order_whatever_their_due_times()
    {
        var (a, b, c, x) = (
            Row(Noon.AddSeconds(2), Run), Row(Noon.AddSeconds(1), Run), Row(Noon.AddSeconds(3), Run), Row(Noon, Other));
        await Add(a, b, c, x);

        await using var claim = await Claim(Noon.AddHours(1));

        Assert.Equal([a.Token, b.Token, c.Token], claim.Rows.Where(row => row.RunId == Run).Select(row => row.Token));
        Assert.Equal(4, claim.Rows.Count);
    }

    [Fact]
    public async Task A_message_waits_while_an_earlier_one_of_its_run_is_with_another_dispatcher()
    {
        var (first, second, other) = (Row(Noon, Run), Row(Noon, Run), Row(Noon, Other));
        await Add(first);
        await using var claim = await Claim(Noon);
        await Add(second, other);

        Assert.Equal([other.Token], await Take(Noon));

        var result = new ClaimResult();
        result.Gone.Add(first.Token);
        await claim.Settle(result, Cancel);
        await claim.DisposeAsync();
        Assert.Equal([second.Token], await Take(Noon));
    }

    [Fact]
    public async Task An_earlier_message_of_a_run_that_is_not_due_holds_nobody_up()
    {
        var (later, now) = (Row(Noon.AddDays(1), Run), Row(Noon, Run));
        await Add(later, now);

        Assert.Equal([now.Token], await Take(Noon));
    }

    [Fact]
    public async Task What_waits_is_passed_over_with_all_of_its_run()
    {
        var (alone, first, second, other) = (Row(Noon), Row(Noon, Run), Row(Noon, Run), Row(Noon.AddSeconds(1), Other));
        await Add(alone, first, second, other);
        var which = new ClaimFilter([], [alone.Token, Run]);

        Assert.Equal(other.DueAt, await Schedule.NextDue(which, Cancel));
        await using var claim = await Schedule.Claim(Noon.AddHours(1), 100, which, Cancel);
        Assert.Equal([other.Token], claim.Rows.Select(row => row.Token));
    }

    [Fact]
    public async Task What_is_rejected_goes_with_the_result_that_deletes_it()
    {
        var row = Row(Noon);
        await Add(row);
        await using var claim = await Claim(Noon);

        var result = new ClaimResult();
        result.Gone.Add(row.Token);
        result.Rejected.Add(new RejectedRow
        {
            RejectedId = row.Token,
            Origin = "run-ledger-scheduler",
            Payload = row.Body,
            Reason = "bad",
            RejectedAt = Noon,
        });
        await claim.Settle(result, Cancel);

        Assert.Empty(await Query("select token from scheduled_message"));
        Assert.Equal(["run-ledger-scheduler|bad"], await Query("select origin, reason from rejected_observation"));
    }

    [Fact]
    public async Task A_body_of_a_megabyte_and_the_year_9999_are_kept()
    {
        var far = new DateTime(9999, 12, 31, 23, 59, 59, DateTimeKind.Utc).AddTicks(9_999_990);
        await Add(Row(far, body: new string('x', 1 << 20)));

        Assert.Equal(far, await NextDue());
        await using var claim = await Claim(far);
        Assert.Equal((far, 1 << 20), (Assert.Single(claim.Rows).DueAt, claim.Rows[0].Body.Length));
    }
}
