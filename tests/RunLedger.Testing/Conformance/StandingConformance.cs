using RunLedger.Expectations;
using RunLedger.Service.Outward;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What is told by how things stand, in either store.</summary>
public abstract class StandingConformance(Provider provider) : IncidentSuite(provider)
{
    [Theory]
    [InlineData("stuck", "2 runs of P passed a limit of their policy.", "No run of P is stuck any more.")]
    [InlineData("orphan", "2 runs of P came without their counterpart.", "P has no orphan any more.")]
    public async Task Runs_that_are_flagged_are_told_by_candidate_once_and_so_is_the_end(
        string status, string said, string over)
    {
        await Rule(new() { Condition = status, Hold = "00:01:00" });
        await Ended(1, status);
        await Ended(1, status);
        await Look(1);
        await Look(2);
        await Ended(3, status);
        await Look(4);
        Assert.Equal([said], await Texts());

        await Query("update process_run_observation set status = 'started'");
        await Look(5);

        Assert.Equal([said, over], await Texts());
    }

    [Fact]
    public async Task A_run_that_flaps_between_stuck_and_not_is_told_at_most_once_in_a_hold_time()
    {
        await Rule(new() { Condition = "stuck", Hold = "00:05:00" });
        await Ended(0, "started");
        for (var minute = 1; minute < 30; minute++)
        {
            await Query($"update process_run_observation set status = '{(minute % 2 == 0 ? "started" : "stuck")}'");
            await Look(minute);
        }

        Assert.Empty(await Told());
        Assert.Equal(["15"], await Query("select count(*) from incident"));
    }

    [Fact]
    public async Task An_expected_run_that_did_not_come_is_told_and_that_it_came()
    {
        await Rule(new() { Condition = "missed", Hold = "00:00:00", Candidate = "P*" });
        await Query(
            $"""
             insert into expectation ({Expectation.Columns}) values ('nightly', 'P', '0 * * * *', null, 600, 300,
               null, 1, '{Text(Noon)}', 'anna', '{Text(Noon)}', '{Text(Noon.AddMinutes(60))}')
             """);
        await Query(
            $"""
             insert into missed_slot (expectation, slot_at, missed_at)
             values ('nightly', '{Text(Noon.AddMinutes(60))}', '{Text(Noon.AddMinutes(70))}')
             """);
        await Look(71);
        await Look(72);
        Assert.Equal(
            ["The run of P that was expected at 2026-11-01T13:00:00.000000Z by nightly has not come."],
            await Texts());

        await Query($"update missed_slot set came_at = '{Text(Noon.AddMinutes(80))}'");
        await Look(81);

        Assert.Equal(["opened", "recovered"], await Told());
    }

    [Fact]
    public async Task Runs_that_are_slow_are_told_by_candidate_with_the_figures_and_so_is_the_end()
    {
        await Rule(new() { Condition = "slow", Hold = "00:00:00" });
        foreach (var run in (Guid[])[await Ended(0, "started"), await Ended(1, "started")])
        {
            await Query($"update process_run_observation set started_at = '{Text(Noon)}', ended_at = null");
            await Query(
                $"""
                 insert into unlike_run (process_run_id, component_run_id, kind, candidate, usual_seconds,
                   limit_seconds, runs, marked_at)
                 values ('{run}', '{run}', 'slow', 'P', 60, 180, 40, '{Text(Noon)}')
                 """);
        }

        await Look(5);
        Assert.Equal(
            [
                "2 runs of P took longer than those before. Open for 5 m, and slow is longer than 3 m: 95 in 100 "
                    + "of 40 runs before it took at most 1 m.",
            ],
            await Texts());

        await Query("delete from unlike_run");
        await Look(6);

        Assert.Equal(["opened", "recovered"], await Told());
    }

    [Fact]
    public async Task What_is_rejected_is_told_again_for_another_reason_and_its_end_when_all_is_handled()
    {
        await Rule(new() { Condition = "rejected", Hold = "00:00:00" });
        await Rejected("aaaa", "It has no id.");
        await Rejected("aaaa", "It has no id.");
        await Look(1);
        await Rejected("aaaa", "It has no id.");
        await Look(2);
        await Rejected("bbbb", "Its source is not known.");
        await Look(3);
        Assert.Equal(
            [
                "2 observations were rejected and wait for somebody.",
                "4 observations were rejected and wait for somebody.",
            ],
            await Texts());

        await Query("update rejected_observation set state = 'discarded'");
        await Look(4);

        Assert.Equal(["opened", "changed", "recovered"], await Told());
    }

    [Fact]
    public async Task A_ledger_is_behind_when_its_queue_was_not_at_the_end_for_so_long_and_not_for_having_been_down()
    {
        await Rule(new() { Condition = "behind", Window = "00:10:00", Hold = "00:00:00" });
        await Reached(0);
        // It looks until it is down, and from when it is back.
        await Look(1);
        for (var minute = 60.0; minute < 69; minute += 0.5)
            await Look(minute);
        Assert.Empty(await Told());

        for (var minute = 69.5; minute < 75; minute += 0.5)
            await Look(minute);
        Assert.Equal(["opened"], await Told());
        await Reached(75);
        await Look(75.5);

        Assert.Equal(["opened", "recovered"], await Told());
    }

    [Fact]
    public async Task A_channel_through_which_nothing_gets_is_told_of_through_another_one_and_when_it_works_again()
    {
        await Channel("mail");
        await Rule(new() { Condition = "failed", Hold = "00:00:00", Channels = ["ops", "mail"] });
        await Query(
            $"""
             update incident_channel set failing_since = '{Text(Noon)}', fault = 'It answered 500' where name = 'ops'
             """);

        await Look(4);
        Assert.Empty(await Told());
        await Look(6);
        await Look(7);
        Assert.Equal(1, Failing);
        await Query("update incident_channel set failing_since = null, fault = null");
        await Look(8);
        Assert.Equal(0, Failing);

        Assert.Equal(
            ["mail|opened", "mail|recovered"],
            await Query("select channel, kind from incident_delivery order by position"));
        Assert.Equal(
            "Nothing gets through the channel ops: It answered 500. What is to be told there waits for 3 d.",
            (await Texts())[0]);
    }

    [Fact]
    public async Task That_a_channel_fails_is_told_through_one_that_has_worked_rather_than_through_one_that_never_did()
    {
        await Channel("new");
        await Channel("proven");
        await Rule(new() { Condition = "failed", Hold = "00:00:00", Channels = ["ops", "new"] });
        await Query(
            $"update incident_channel set failing_since = '{Text(Noon)}', fault = 'It is away.' where name = 'ops'");
        await Query($"update incident_channel set delivered_at = '{Text(Noon)}' where name = 'proven'");

        await Look(6);
        await Look(7);

        Assert.Equal(["proven"], await Query("select channel from incident_delivery"));
    }

    Task<List<string>> Rejected(string fingerprint, string reason) => Query(
        $"""
         insert into rejected_observation (rejected_id, origin, payload, reason, rejected_at, fingerprint)
         values ('{Guid.CreateVersion7()}', 'run-ledger', '', '{reason}', '{Text(Noon)}', '{fingerprint}')
         """);

    Task<List<string>> Reached(double minutes) => Query(
        $"""
         insert into sweep_mark (name, value) values ('{QueuePosition.Mark}',
           '{new QueuePosition(Noon.AddMinutes(minutes), Noon.AddMinutes(minutes)).Text()}')
         on conflict (name) do update set value = excluded.value
         """);
}
