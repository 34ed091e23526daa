using RunLedger.Service.Channels;
using RunLedger.Service.Incidents;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What runs that end tell, in either store.</summary>
public abstract class IncidentConformance(Provider provider) : IncidentSuite(provider)
{
    [Fact]
    public async Task A_run_that_failed_is_told_once_its_hold_time_is_over_and_not_again_however_often_it_is_looked()
    {
        await Rule(new() { Condition = "failed", Hold = "00:05:00" });
        await Ended(1);

        await Look(5.9);
        Assert.Empty(await Told());
        for (var look = 0; look < 5; look++)
            await Look(6 + look);

        Assert.Equal(["opened"], await Told());
        Assert.Equal(["A run of P failed."], await Texts());
    }

    [Fact]
    public async Task The_end_of_what_was_told_is_told_after_it_and_of_what_was_not_nothing_is()
    {
        await Rule(new() { Condition = "failed", Hold = "00:05:00" });
        await Ended(1);
        await Ended(1, candidate: "Q");
        await Ended(4, "completed", candidate: "Q");
        await Look(7);
        await Ended(8, "completed");

        await Look(10);
        await Look(11);

        Assert.Equal(["opened", "recovered"], await Told());
        Assert.Equal(["A run of P failed.", "A run of P completed."], await Texts());
        Assert.Equal(["P|1", "Q|0"], await Query(
            "select candidate, case when told_at is null then 0 else 1 end from incident order by candidate"));
        Assert.Equal(["2"], await Query("select count(*) from incident where done"));
    }

    [Fact]
    public async Task A_candidate_that_flaps_is_told_at_most_once_in_a_hold_time()
    {
        await Rule(new() { Condition = "failed", Hold = "00:05:00" });
        for (var minute = 0; minute < 60; minute += 2)
        {
            await Ended(minute + 1);
            await Ended(minute + 2, "completed");
            await Look(minute + 2.5);
        }

        Assert.Empty(await Told());
        // Every ten minutes it lasts for six.
        for (var minute = 60; minute < 120; minute += 10)
        {
            await Ended(minute + 1);
            await Look(minute + 6.5);
            await Ended(minute + 7, "completed");
            await Look(minute + 8);
        }

        Assert.Equal(
            Enumerable.Repeat((string[])["opened", "recovered"], 6).SelectMany(pair => pair), await Told());
    }

    [Fact]
    public async Task Without_a_hold_time_what_was_over_before_anybody_looked_is_told_in_order()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(1);
        await Ended(1.1, "completed");
        await Ended(1.2);

        await Look(2);

        Assert.Equal(["opened", "recovered", "opened"], await Told());
    }

    [Fact]
    public async Task What_lasts_is_told_again_when_it_fails_in_another_way_and_not_when_it_fails_in_the_same()
    {
        await Rule(new() { Condition = "failed", Hold = "00:05:00" });
        await Ended(1, error: "order 17 is not there");
        await Look(7);
        await Ended(8, error: "order 18 is not there");
        await Look(9);
        Assert.Equal(["opened"], await Told());

        await Ended(9, error: "no disk");
        await Look(10);
        // Not within the hold time of what was told last.
        Assert.Equal(["opened"], await Told());
        await Look(12.1);
        await Look(20);

        Assert.Equal(["opened", "changed"], await Told());
        Assert.Equal(["A run of P failed.", "The last 3 runs of P failed."], await Texts());
    }

    [Fact]
    public async Task Those_that_fail_one_after_another_are_told_with_the_last_that_the_rule_asks_for()
    {
        await Rule(new() { Condition = "in_a_row", Runs = 3, Hold = "00:00:00" });
        await Ended(1);
        await Ended(2);
        await Ended(3, "completed");
        await Ended(4);
        await Look(5);
        await Ended(5, "cancelled");
        await Ended(6);
        await Look(7);
        Assert.Empty(await Told());

        await Ended(7);
        await Look(8);

        Assert.Equal(["The last 3 runs of P failed."], await Texts());
    }

    [Fact]
    public async Task A_run_that_is_heard_of_late_neither_begins_nor_ends_what_a_newer_one_said()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(10, "completed");
        await Ended(11, endedAt: Noon.AddMinutes(2));
        await Look(12);
        Assert.Empty(await Told());

        await Ended(13);
        await Ended(14, "completed", endedAt: Noon.AddMinutes(5));
        await Look(15);

        Assert.Equal(["opened"], await Told());
    }

    [Fact]
    public async Task A_rate_is_of_as_many_runs_as_the_rule_says()
    {
        await Rule(new() { Condition = "rate", Runs = 4, Percent = 50, Hold = "00:00:00" });
        await Ended(1);
        await Ended(2);
        await Ended(3, "completed");
        await Look(4);
        Assert.Empty(await Told());

        await Ended(4, "completed");
        await Look(5);
        Assert.Equal(["2 of the last 4 runs of P failed."], await Texts());
        await Ended(5, "completed");
        await Look(6);

        Assert.Equal(["opened", "recovered"], await Told());
    }

    [Fact]
    public async Task A_rate_within_a_time_ends_when_its_failures_have_left_it()
    {
        await Rule(new() { Condition = "rate", Window = "01:00:00", Percent = 40, Hold = "00:00:00" });
        for (var run = 0; run < 3; run++)
            await Ended(run, "completed");
        await Ended(4);
        await Ended(5);
        await Look(6);
        Assert.Equal(["2 of the last 5 runs of P failed, within 1 h."], await Texts());

        await Look(40);
        Assert.Equal(["opened"], await Told());
        await Look(70);

        Assert.Equal(["opened", "recovered"], await Told());
    }

    [Fact]
    public async Task A_failure_is_of_the_group_of_its_component_as_on_the_page()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        var run = await Ended(1, error: "load: relation orders does not exist");
        await Query(
            $"""
             insert into process_component_observation (component_run_id, process_run_id, correlation_id, status,
               source_system, dot_code, error_ref, ended_at)
             values ('{Guid.CreateVersion7()}', '{run}', 'c', 'failed', 'dot_runtime', 'load',
               'relation orders does not exist', '{Text(Noon)}')
             """);

        await Look(2);

        var groups = Assert.Single(await Query("select groups from incident"));
        Assert.Contains("load: relation orders does not exist", groups, StringComparison.Ordinal);
        Assert.Contains(
            Intake.ErrorShape.Fingerprint("P", "load", "relation orders does not exist"), groups,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_somebody_acknowledged_is_silent_for_a_day_and_others_are_not()
    {
        await Rule(new() { Condition = "failed", Hold = "00:05:00" });
        await Ended(1, error: "no disk");
        await Look(2);
        await Acknowledge("no disk", 2);
        await Look(10);
        Assert.Empty(await Told());

        await Ended(20, error: "no network");
        await Look(21);
        Assert.Equal(["opened"], await Told());
        await Ended(30, "completed");
        await Ended(40, error: "no disk");
        await Look(50);
        Assert.Equal(["opened", "recovered"], await Told());
        await Ended(51, "completed");
        await Ended(27 * 60, error: "no disk");
        await Look(28 * 60);

        Assert.Equal(["opened", "recovered", "opened"], await Told());
    }

    [Fact]
    public async Task Outside_its_hours_a_rule_waits_and_tells_what_is_still_so_when_they_begin()
    {
        // Noon in UTC is 13:00 in Berlin on 1 November 2026.
        await Rule(new()
        {
            Condition = "failed",
            Hold = "00:01:00",
            Hours = new() { Zone = "Europe/Berlin", Windows = [new() { From = "15:00", To = "18:00" }] },
        });
        await Ended(1);
        await Ended(1, candidate: "Q");
        await Ended(30, "completed", candidate: "Q");

        await Look(119);
        Assert.Empty(await Told());
        await Look(120);
        Assert.Equal(["A run of P failed."], await Texts());
        // Over at seven in the evening: that, too, waits.
        await Ended(6 * 60, "completed");
        await Look((6 * 60) + 1);
        Assert.Single(await Told());
        await Look((24 * 60) + 121);

        Assert.Equal(["opened", "recovered"], await Told());
    }

    [Fact]
    public async Task What_ended_before_the_rule_was_armed_or_long_before_it_was_heard_of_tells_nobody()
    {
        await Ended(-1);
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(1, candidate: "Q", endedAt: Noon.AddDays(-2));

        await Look(5);

        Assert.Empty(await Told());
    }

    [Fact]
    public async Task A_pattern_is_for_the_candidates_that_it_matches_and_no_other()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00", Candidate = "PROC-CAND:e?l:*" });
        await Ended(1, candidate: "PROC-CAND:other");
        await Ended(1, candidate: "PROC-CAND:etl:<b>kg</b>");

        await Look(2);

        Assert.Equal(["A run of PROC-CAND:etl:<b>kg</b> failed."], await Texts());
    }

    [Fact]
    public async Task Replicas_that_look_at_once_tell_once()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(1);
        At(2);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Look(2)));
        await Look(2.1);

        Assert.Equal(["opened"], await Told());
    }

    [Fact]
    public async Task More_ends_than_a_slice_are_looked_at_slice_by_slice_in_order()
    {
        await Rule(new() { Condition = "in_a_row", Runs = 601, Hold = "00:00:00" });
        for (var run = 0; run < 601; run++)
            await Ended(run / 1_000d);

        await Look(2);

        Assert.Equal(["The last 601 runs of P failed."], await Texts());
    }

    [Fact]
    public async Task A_rule_that_is_put_anew_says_of_what_was_told_that_nobody_looks_any_more_and_of_the_rest_nothing()
    {
        await Rule(new() { Condition = "in_a_row", Runs = 2, Hold = "00:00:00" });
        await Rule(new() { Condition = "failed", Hold = "01:00:00" }, "later");
        await Ended(1);
        await Ended(2);
        await Look(3);
        Assert.Equal(["opened"], await Told());

        At(4);
        await Rule(new() { Condition = "in_a_row", Runs = 10, Hold = "00:00:00" });
        await Rule(new() { Condition = "failed", Candidate = "Q*", Hold = "00:00:00" }, "later");
        await Ended(5);
        await Look(6);
        await Look(90);

        Assert.Equal(["opened", "recovered"], await Told());
        Assert.Equal(Conditions.Withdrawn, (await Texts())[^1]);
    }

    [Fact]
    public async Task A_rule_that_was_put_while_the_clock_was_ahead_is_there_when_it_is_right_again()
    {
        At(24 * 60);
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Query($"delete from sweep_mark");
        await Look(0);
        await Ended(1);
        await Look(2);

        Assert.Equal(["opened"], await Told());
    }

    [Fact]
    public async Task A_rule_that_is_taken_away_or_is_about_something_else_ends_what_was_told()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Rule(new() { Condition = "in_a_row", Runs = 2, Hold = "00:00:00" }, "other");
        await Ended(1);
        await Ended(2);
        await Look(3);
        Assert.Equal(["opened", "opened"], await Told());

        await Rules().Delete("rule", "anna", null, Token);
        await Rule(new() { Condition = "stuck" }, "other");
        await Look(4);

        Assert.Equal(["opened", "opened", "recovered", "recovered"], await Told());
    }

    [Fact]
    public async Task Two_rules_that_say_the_same_are_one_and_the_second_is_told_which()
    {
        await Rule(new() { Condition = "rate", Runs = 10, Percent = 20 });

        var same = await Rule(new() { Condition = "rate", Runs = 10, Percent = 20, Hold = "00:10:00" }, "second");
        var other = await Rule(new() { Condition = "rate", Runs = 10, Percent = 30 }, "third");
        var nowhere = await Rule(new() { Condition = "stuck", Channels = ["ops", "nowhere"] }, "fourth");

        Assert.Equal(("rule", null), (same.Other, other.Other));
        Assert.Equal(["nowhere"], nowhere.Unknown);
        Assert.Equal(["rule", "third"], await Query("select name from incident_rule order by name"));
    }

    [Fact]
    public async Task A_clock_that_was_ahead_is_got_over()
    {
        await Rule(new() { Condition = "failed", Hold = "00:01:00" });
        await Look(600);
        await Ended(600);
        await Look(600.5);
        // The clock is put right: what fails now is heard of, and what is held is not held until then.
        await Ended(1, candidate: "Q");
        await Look(2);
        await Look(3.1);

        Assert.Equal(["A run of Q failed.", "A run of P failed."], await Texts());
    }

    [Fact]
    public async Task What_is_over_is_forgotten_after_its_time_with_what_was_told_of_it()
    {
        await Rule(new() { Condition = "failed", Hold = "00:00:00" });
        await Ended(1);
        await Ended(2, "completed");
        await Ended(2, candidate: "Q");
        await Look(3);

        await Look((36 * 24 * 60) + 3);

        Assert.Equal(["Q"], await Query("select candidate from incident"));
        Assert.Equal(["opened"], await Told());
    }

    Task<List<string>> Acknowledge(string error, double minutes) => Query(
        $"""
         insert into failure_group (fingerprint, acknowledged_at, acknowledged_by, acknowledged_until)
         values ('{Intake.ErrorShape.Fingerprint("P", null, error)}', '{Text(Noon.AddMinutes(minutes))}', 'anna',
           '{Text(Noon.AddMinutes(minutes))}')
         """);
}
