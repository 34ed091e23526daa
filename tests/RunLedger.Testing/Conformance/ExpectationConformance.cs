using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Batching;
using RunLedger.Expectations;
using RunLedger.Folding;
using RunLedger.Telemetry;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>Slots of expected runs in either store.</summary>
public abstract class ExpectationConformance(Provider provider) : StoreSuite(provider)
{
    static readonly DateTime Noon = Some.Noon.UtcDateTime;
    static readonly DateTime Slot = Noon.AddHours(1);
    static readonly DateTime GraceOver = Slot.AddMinutes(10);

    readonly FakeTimeProvider _time = new(Some.Noon);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slot_without_a_run_when_its_grace_is_over_is_missed_and_told_once()
    {
        await Expect();

        await Judge(GraceOver.AddTicks(-10));
        Assert.Empty(await Missed());
        await Judge(GraceOver);
        await Judge(GraceOver);

        Assert.Equal(["2026-11-01T13:00:00.000000Z|"], await Missed());
        Assert.Equal(["urn:message:RunLedger.Contracts:RunMissed"], await Told());
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(29)]
    public async Task A_slot_with_a_run_is_not_missed_though_it_started_after_the_grace(int minutes)
    {
        await Expect();
        await Run(began: Slot.AddMinutes(minutes), heard: GraceOver);

        await Judge(GraceOver.AddMinutes(30));

        Assert.Empty(await Missed());
        Assert.Equal(["2026-11-01T13:00:00.000000Z"], await Places());
    }

    [Fact]
    public async Task A_run_that_is_heard_of_after_the_slot_was_missed_takes_it_back_with_the_time_and_tells_it_once()
    {
        await Expect();
        await Judge(GraceOver);
        await Run(began: Slot.AddMinutes(2), heard: GraceOver.AddMinutes(5));
        await Run(began: Slot.AddMinutes(3), heard: GraceOver.AddMinutes(5));

        await Judge(GraceOver, now: GraceOver.AddMinutes(6));
        await Judge(GraceOver, now: GraceOver.AddMinutes(7));

        Assert.Equal(["2026-11-01T13:00:00.000000Z|2026-11-01T13:16:00.000000Z"], await Missed());
        Assert.Equal(
            ["urn:message:RunLedger.Contracts:RunCameLate", "urn:message:RunLedger.Contracts:RunMissed"],
            await Told());
        // Of one slot in order.
        Assert.Equal(["1"], await Query("select count(distinct run_id) from scheduled_message"));
    }

    [Fact]
    public async Task What_was_before_it_was_armed_is_nobodys_business()
    {
        await Run(began: Noon.AddMinutes(-30), heard: Noon.AddMinutes(-30));
        await Expect(armed: Noon);

        await Judge(Slot);

        Assert.Empty(await Missed());
        Assert.Empty(await Places());
    }

    [Fact]
    public async Task A_run_that_has_not_started_fills_no_slot_until_it_has()
    {
        await Expect();
        var run = await Run(began: null, heard: Slot, status: "observed");
        await Judge(GraceOver);
        Assert.Single(await Missed());

        await Query($"""
            update process_run_observation set started_at = '{Text(Slot.AddMinutes(20))}', status = 'started'
            where process_run_id = '{run}'
            """);
        await Judge(GraceOver, now: GraceOver.AddMinutes(30));

        Assert.Equal(["2026-11-01T13:00:00.000000Z|2026-11-01T13:40:00.000000Z"], await Missed());
    }

    [Fact]
    public async Task A_run_that_is_known_by_a_step_has_its_slot_by_when_it_was_heard_of_and_by_its_start_when_known()
    {
        await Expect();
        var run = await Run(began: null, heard: Slot.AddHours(1), status: "step_started");
        await Judge(Slot, now: Slot.AddHours(1));
        Assert.Equal(["2026-11-01T14:00:00.000000Z"], await Places());

        await Query($"""
            update process_run_observation set started_at = '{Text(Slot)}' where process_run_id = '{run}'
            """);
        await Judge(Slot, now: Slot.AddHours(1));

        Assert.Equal(["2026-11-01T13:00:00.000000Z"], await Places());
    }

    [Theory]
    [InlineData("cancelled", "step_started", 1)]
    [InlineData("cancelled", "failed", 1)]
    [InlineData("orphan", "step_completed", 1)]
    [InlineData("stuck", "step_started", 1)]
    [InlineData("cancelled", "observed", 0)]
    [InlineData("cancelled", "cancelled", 0)]
    [InlineData("cancelled", null, 0)]
    public async Task A_run_without_a_start_that_was_given_up_ran_where_a_step_of_it_did(
        string status, string? step, int places)
    {
        await Expect();
        var run = await Run(began: null, heard: Slot, status: status);
        if (step is not null)
        {
            await Query(
                $"""
                 insert into process_component_observation
                   (component_run_id, process_run_id, correlation_id, status, source_system)
                 values ('{Guid.CreateVersion7()}', '{run}', 'c', '{step}', 'dot_runtime')
                 """);
        }

        await Judge(GraceOver);

        Assert.Equal(places, (await Places()).Count);
        Assert.Equal(1 - places, (await Missed()).Count);
    }

    [Fact]
    public async Task Of_many_runs_without_a_start_the_newest_are_looked_at_first_and_the_others_in_turn()
    {
        await Expect();
        // Hundreds at one time, as those of a batch are; the last by itself.
        var runs = Enumerable.Range(0, 1_200).Select(_ => Guid.CreateVersion7()).ToList();
        await Query(
            $"""
             insert into process_run_observation
               (process_run_id, process_candidate_code, correlation_id, source_system, status, created_at)
             values {string.Join(
                 ", ",
                 runs.Select((run, n) =>
                     $"('{run}', 'P', 'c', 'dot_runtime', 'observed', '{Text(Noon.AddSeconds(n / 599))}')"))}
             """);
        await Judge(Noon.AddHours(1));
        Assert.Equal(["1200"], await Query("select count(*) from expected_run where not start_known"));

        foreach (var run in (Guid[])[runs[0], runs[550], runs[^1]])
        {
            await Query($"""
                update process_run_observation set started_at = '{Text(Slot)}' where process_run_id = '{run}'
                """);
        }

        // How far the turns are by now nobody needs to know: within three looks each had its own.
        await Judge(Noon.AddHours(1));
        Assert.Contains($"{runs[^1]}", await Query("select process_run_id from expected_run where start_known"));
        for (var look = 0; look < 3; look++)
            await Judge(Noon.AddHours(1));

        Assert.Equal(3, (await Places()).Count);
    }

    [Theory]
    [InlineData("""{"from":{"RunStarted":{"at":"x","value":{"nominalTime":"2026-11-01T13:00:00Z"}}}}""")]
    [InlineData(
        """
        {"from":{"RunHeartbeat":{"at":"x","value":{"runFacets":{"nominalTime":
          {"nominalStartTime":"2026-11-01T12:00:00Z","nominalEndTime":"2026-11-01T13:00:00Z"}}}}}}
        """)]
    public async Task A_run_is_of_the_slot_that_its_evidence_names(string evidence)
    {
        await Expect();
        await Run(began: Slot.AddHours(5), heard: Slot.AddHours(5), evidence: evidence);

        await Judge(Slot, now: Slot.AddHours(5));

        Assert.Equal(["2026-11-01T13:00:00.000000Z"], await Places());
    }

    [Theory]
    [InlineData("\"a text\"")]
    [InlineData("{\"from\":[1]}")]
    [InlineData("{\"from\":{\"RunStarted\":{\"at\":\"x\",\"value\":17}}}")]
    [InlineData("{\"from\":{\"RunStarted\":{\"at\":\"x\",\"value\":{\"nominalTime\":{\"a\":1}}}}}")]
    public async Task Evidence_that_names_none_counts_for_nothing(string evidence)
    {
        await Expect();
        await Run(began: Slot, heard: Slot, evidence: evidence);

        await Judge(Slot);

        Assert.Equal(["2026-11-01T13:00:00.000000Z"], await Places());
    }

    [Fact]
    public async Task A_pattern_is_for_the_candidates_that_it_matches_and_no_other()
    {
        await Expect(candidate: "PROC-CAND:e?l:*");
        await Run(began: Slot, heard: Slot, candidate: "PROC-CAND:other");
        await Judge(GraceOver);
        Assert.Single(await Missed());

        await Run(began: Slot, heard: GraceOver, candidate: "PROC-CAND:etl:kg");
        await Judge(GraceOver);

        Assert.Equal(["2026-11-01T13:00:00.000000Z"], await Places());
    }

    [Fact]
    public async Task Two_replicas_that_look_at_once_judge_a_slot_once()
    {
        await Expect();
        _time.SetUtcNow(GraceOver);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Judge(GraceOver)));

        Assert.Single(await Missed());
        Assert.Single(await Told());
    }

    [Fact]
    public async Task Of_slots_that_nobody_judged_for_long_the_newest_are_and_slice_by_slice()
    {
        await Expect(cron: "* * * * *");
        var days = Noon.AddDays(3);

        await Judge(days);

        Assert.Equal([$"{ExpectationJudge.MostUnjudged}"], await Query("select count(*) from missed_slot"));
        Assert.Equal([Text(days.AddMinutes(-10))], await Query("select max(slot_at) from missed_slot"));
    }

    [Fact]
    public async Task More_runs_than_a_slice_are_given_their_slots_before_anything_is_judged()
    {
        await Expect();
        for (var run = 0; run < 600; run++)
            await Run(began: Noon.AddSeconds(run), heard: Noon.AddSeconds(run));
        await Run(began: Slot, heard: Slot);

        await Judge(GraceOver);

        Assert.Empty(await Missed());
        Assert.Equal(["601"], await Query("select count(*) from expected_run"));
    }

    [Fact]
    public async Task A_run_that_was_committed_long_after_it_was_heard_of_is_found_all_the_same()
    {
        await Expect();
        await Judge(GraceOver, now: GraceOver);
        await Run(began: Slot, heard: GraceOver.AddMinutes(-4));

        await Judge(GraceOver, now: GraceOver.AddSeconds(30));

        Assert.Equal(["2026-11-01T13:00:00.000000Z|2026-11-01T13:10:30.000000Z"], await Missed());
    }

    [Fact]
    public async Task What_is_old_is_forgotten_but_that_the_last_slot_was_missed()
    {
        await Expect(cron: "0 13 * * *");
        await Run(began: Noon, heard: Noon);
        await Judge(GraceOver);

        await Judge(GraceOver, now: Noon.AddDays(40));
        Assert.Single(await Missed());
        Assert.Empty(await Query("select 1 from expected_run"));
        await Judge(GraceOver.AddDays(1), now: Noon.AddDays(41));

        Assert.Equal(["2026-11-02T13:00:00.000000Z|"], await Missed());
    }

    [Fact]
    public async Task A_look_goes_on_where_its_last_slice_ended_and_what_came_behind_it_is_found_by_the_next()
    {
        await Expect(candidate: "P*");
        await Query(
            $"""
             insert into process_run_observation (process_run_id, process_candidate_code, correlation_id,
               source_system, status, started_at, created_at) values
             {string.Join(",\n", Enumerable.Range(0, 600).Select(n =>
                $"('{Guid.CreateVersion7()}', 'P', 'c', 'dot_runtime', 'started', '{Text(Noon)}', "
                + $"'{Text(Noon.AddMilliseconds(100 * n))}')"))}
             """);
        _time.AdjustTime(Noon.AddMinutes(2));
        using var meter = new LedgerMeter(time: _time);
        var judge = new ExpectationJudge(
            Store.Transactions, new DispatchSignal(), Options, _time, meter, NullLogger<ExpectationJudge>.Instance);
        List<string> candidates = [.. Enumerable.Range(0, Expectation.MostCandidates + 1).Select(n => $"P{n}")];

        Assert.True(await judge.Judge("nightly", candidates, Noon, new JudgingGap(Noon), Token));
        await Run(Noon, Noon.AddSeconds(1));
        Assert.False(await judge.Judge("nightly", candidates, Noon, new JudgingGap(Noon), Token));
        Assert.Equal(600, (await Places()).Count);

        Assert.False(await judge.Judge("nightly", candidates, Noon, new JudgingGap(Noon), Token));
        Assert.Equal(601, (await Places()).Count);
    }

    Task<List<string>> Expect(string cron = "0 * * * *", string candidate = "P", DateTime? armed = null) => Query(
        $"""
         insert into expectation ({Expectation.Columns}) values ('nightly', '{candidate}', '{cron}', null, 600, 300,
           null, 1, '{Text(armed ?? Noon)}', 'anna', '{Text(Noon.AddMinutes(-5))}', '{Text(armed ?? Noon)}')
         """);

    async Task<Guid> Run(
        DateTime? began, DateTime heard, string status = "started", string candidate = "P", string? evidence = null)
    {
        var id = Guid.CreateVersion7();
        await Query(
            $"""
             insert into process_run_observation (process_run_id, process_candidate_code, correlation_id,
               source_system, status, started_at, created_at, evidence_ref)
             values ('{id}', '{candidate}', 'c', 'dot_runtime', '{status}',
               {(began is { } at ? $"'{Text(at)}'" : "null")}, '{Text(heard)}',
               {(evidence is null ? "null" : $"'{evidence}'")})
             """);
        return id;
    }

    async Task Judge(DateTime caughtUp, DateTime? now = null)
    {
        _time.AdjustTime(now ?? (caughtUp > _time.GetUtcNow() ? caughtUp : _time.GetUtcNow()));
        using var meter = new LedgerMeter(time: _time);
        var judge = new ExpectationJudge(
            Store.Transactions, new DispatchSignal(), Options, _time, meter, NullLogger<ExpectationJudge>.Instance);
        var (names, candidates) = await judge.Known(Token);
        foreach (var name in names)
        {
            while (await judge.Judge(name, candidates, caughtUp, new JudgingGap(Noon), Token))
            {
                // The next slice.
            }
        }
    }

    Task<List<string>> Missed() => Query("select slot_at, came_at from missed_slot order by slot_at");

    Task<List<string>> Places() =>
        Query("select slot_at from expected_run where slot_at is not null order by slot_at");

    async Task<List<string>> Told() =>
        (await Query("select message_types from scheduled_message order by message_types"))
            .ConvertAll(types => types.Split(';')[0]);

    static string Text(DateTime time) => LedgerTime.Text(time);
}
