using MassTransit.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Expectations;
using RunLedger.Storage;
using RunLedger.Telemetry;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Expectations;

/// <summary>What is expected, in a ledger on a bus; the clock is moved, nobody waits.</summary>
public sealed class ExpectationSweepTests : IAsyncLifetime
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    readonly FakeTimeProvider _time = new(Some.Noon.AddMinutes(1));
    LedgerHarness _ledger = null!;

    ExpectationSweep Sweep => _ledger.Service<ExpectationSweep>();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ledger = await LedgerHarness.Start(_time);
        await Expect("0 * * * *");
        _ledger.Service<RunLedgerOptions>().Expected.JudgeEvery = Look;
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_missed_run_is_told_and_so_is_that_it_came_after_all()
    {
        await Until(Some.Noon.AddMinutes(71));
        var missed = await Told<RunMissed>();
        var run = new Some { Start = Some.Noon.AddMinutes(75) };
        _time.SetUtcNow(run.Start);
        await Heard(run);
        await LookOnce();
        var came = await Told<RunCameLate>();

        Assert.Equal(("nightly", "PROC-CAND:dot:kg"), (missed.Expectation, missed.Candidate));
        Assert.Equal(Some.Noon.AddHours(1), missed.ExpectedAt);
        Assert.Equal(
            "No run of PROC-CAND:dot:kg had started 00:10:00 after it was due at 2026-11-01 13:00:00Z.",
            missed.Reason);
        Assert.Equal((run.Id, run.Start), (came.ProcessRunId, came.StartedAt));
        Assert.Equal("It started 00:15:00 after it was due at 2026-11-01 13:00:00Z.", came.Reason);
    }

    [Fact]
    public async Task A_run_that_started_in_time_is_nothing_to_tell()
    {
        await Heard(new Some { Start = Some.Noon.AddMinutes(61) });

        await Until(Some.Noon.AddMinutes(80));

        Assert.Equal("0", await _ledger.Scalar("select count(*) from missed_slot"));
        Assert.Equal("1", await _ledger.Scalar("select count(*) from expected_run where slot_at is not null"));
    }

    [Fact]
    public async Task Nothing_is_judged_while_the_ledger_is_behind_its_queue()
    {
        QueueReached? waiting = null;
        for (var look = 0; look < 400; look++)
        {
            _time.Advance(Look);
            await Sweep.Once(
                asked =>
                {
                    waiting ??= asked;
                    return Task.CompletedTask;
                },
                Token);
        }

        Assert.Equal("0", await _ledger.Scalar("select count(*) from missed_slot"));
        // What was asked an hour ago proves no more than that.
        await Sweep.Reached(waiting!, Token);
        await LookOnce();
        await LookOnce();
        Assert.Equal("0", await _ledger.Scalar("select count(*) from missed_slot"));
        await Until(_time.GetUtcNow().AddMinutes(2));
        Assert.Equal("1", await _ledger.Scalar("select count(*) from missed_slot"));
    }

    [Fact]
    public async Task What_is_delivered_has_time_to_be_committed_before_it_counts_as_caught_up()
    {
        QueueReached? asked = null;
        await Once(Some.Noon.AddMinutes(60));
        for (var at = Some.Noon.AddMinutes(60); at <= Some.Noon.AddMinutes(70); at = at.Add(Look))
            await Once(at);

        await Sweep.Reached(asked!, Token);
        await Once(Some.Noon.AddMinutes(70).AddSeconds(5));
        Assert.Equal("0", await _ledger.Scalar("select count(*) from missed_slot"));
        await Once(Some.Noon.AddMinutes(70).AddSeconds(10));
        Assert.Equal("1", await _ledger.Scalar("select count(*) from missed_slot"));

        Task Once(DateTimeOffset at)
        {
            _time.SetUtcNow(at);
            return Sweep.Once(
                question =>
                {
                    asked = question;
                    return Task.CompletedTask;
                },
                Token);
        }
    }

    [Fact]
    public async Task The_question_how_far_the_queue_is_goes_through_the_ledgers_own_queue()
    {
        var control = await _ledger.Bus.Bus.GetSendEndpoint(new Uri("exchange:run-ledger-control"));
        await control.Send(new JudgeExpectations(), Token);

        Assert.True(await _ledger.Bus.Consumed.Any<QueueReached>(Token));
        Assert.Contains(
            "\"AskedAt\":\"2026-11-01T12:01:00Z\"",
            await _ledger.Scalar("select value from sweep_mark where name = 'expected-queue'"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_an_outage_a_slot_has_its_grace_again()
    {
        await Until(Some.Noon.AddMinutes(50));
        _time.SetUtcNow(Some.Noon.AddMinutes(100));

        await Until(Some.Noon.AddMinutes(109));
        Assert.Equal("0", await _ledger.Scalar("select count(*) from missed_slot"));
        await Until(Some.Noon.AddMinutes(112));

        Assert.Equal("1", await _ledger.Scalar("select count(*) from missed_slot"));
    }

    [Fact]
    public async Task A_clock_that_goes_back_judges_nothing_again_and_goes_on_from_there()
    {
        await Until(Some.Noon.AddMinutes(72));
        var fresh = await _ledger.Scalar("select judged_until from expectation");

        // A fake clock does not go back; the ledger's last look, as it is kept, is put ahead of it.
        await Transaction("update sweep_mark set value = replace(value, '2026-11-01T13:', '2026-11-01T19:')");
        await Until(Some.Noon.AddMinutes(132));

        Assert.Equal("2026-11-01T13:00:00.000000Z", fresh);
        Assert.Equal("2", await _ledger.Scalar("select count(*) from missed_slot"));
    }

    [Fact]
    public async Task An_expectation_that_cannot_be_read_any_more_keeps_none_of_the_others_waiting()
    {
        await Copy("a-broken", "X");
        await Transaction("update expectation set zone = 'Mars/Olympus' where name = 'a-broken'");

        await Until(Some.Noon.AddMinutes(72));

        Assert.Equal("nightly", await _ledger.Scalar("select expectation from missed_slot"));
    }

    [Fact]
    public async Task One_whose_judging_fails_keeps_none_of_the_others_waiting()
    {
        await Copy("a-broken", "X");
        // What is not so in a ledger: a miss behind what was judged.
        await Transaction(
            "insert into missed_slot values ('a-broken', '2026-11-01T13:00:00.000000Z', 'x', null, null)");

        await Until(Some.Noon.AddMinutes(72));

        Assert.Equal(
            "nightly", await _ledger.Scalar("select expectation from missed_slot where missed_at <> 'x'"));
    }

    [Theory]
    [InlineData(20, 90)]
    [InlineData(90, 180)]
    public async Task Many_that_take_longer_than_a_look_are_all_judged_and_get_no_grace_again_for_it(
        int seconds, int minutes)
    {
        for (var n = 0; n < 6; n++)
            await Copy($"slow-{n}", $"X{n}");
        // Of one there are more than a look takes, and none of the slot.
        await Transaction(
            """
            with recursive n (i) as (select 1 union all select i + 1 from n where i < 1200)
            insert into process_run_observation
              (process_run_id, process_candidate_code, correlation_id, source_system, status, started_at, created_at)
            select printf('00000000-0000-0000-0000-%012d', i), 'X0', 'c', 'dot_runtime', 'started',
              '2026-11-01T12:02:00.000000Z', '2026-11-01T12:02:00.000000Z' from n
            """);
        var options = _ledger.Service<RunLedgerOptions>();
        using var meter = new LedgerMeter(time: _time);
        var slow = new ExpectationSweep(
            _ledger.Service<ISweepStore>(),
            new ExpectationJudge(
                new SlowTransactions(_ledger.Service<ILedgerTransactions>(), _time, TimeSpan.FromSeconds(seconds)),
                new DispatchSignal(), options, _time, meter, NullLogger<ExpectationJudge>.Instance),
            options,
            _time,
            NullLogger<ExpectationSweep>.Instance);

        await Until(Some.Noon.AddMinutes(minutes), slow);

        Assert.Equal("7", await _ledger.Scalar(
            "select count(*) from missed_slot where slot_at = '2026-11-01T13:00:00.000000Z'"));
    }

    [Fact]
    public async Task A_candidate_that_is_new_when_its_pattern_is_judged_is_not_missed()
    {
        await Transaction("update expectation set candidate = 'P*'");
        _time.SetUtcNow(Some.Noon.AddMinutes(71));
        var options = _ledger.Service<RunLedgerOptions>();
        using var meter = new LedgerMeter(time: _time);
        var sweep = new ExpectationSweep(
            _ledger.Service<ISweepStore>(),
            new ExpectationJudge(
                new MeanwhileTransactions(_ledger.Service<ILedgerTransactions>(), Meanwhile), new DispatchSignal(),
                options, _time, meter, NullLogger<ExpectationJudge>.Instance),
            options,
            _time,
            NullLogger<ExpectationSweep>.Instance);

        await sweep.Once(_ => Task.CompletedTask, Token);
        await Until(Some.Noon.AddMinutes(75));

        Assert.Equal("0", await _ledger.Scalar("select count(*) from missed_slot"));

        async Task Meanwhile()
        {
            await Heard(new Some { Start = Some.Noon.AddMinutes(61) });
            await Sweep.Reached(new QueueReached { AskedAt = _time.GetUtcNow().UtcDateTime }, Token);
            _time.Advance(TimeSpan.FromSeconds(15));
        }
    }

    [Fact]
    public async Task A_pattern_is_judged_where_candidates_are_more_than_are_looked_for_by_their_codes()
    {
        await Transaction("update expectation set candidate = 'P*9'");
        await Transaction(
            $"""
             with recursive n (i) as (select 0 union all select i + 1 from n where i < {Expectation.MostCandidates})
             insert into process_run_observation
               (process_run_id, process_candidate_code, correlation_id, source_system, status, started_at, created_at)
             select printf('00000000-0000-0000-0000-%012d', i), printf('P%08d', i), 'c', 'dot_runtime', 'started',
               '2026-10-01T12:00:00.000000Z', '2026-10-01T12:00:00.000000Z' from n
             """);
        // In time for the first slot; for the second only one that the pattern does not match.
        await Transaction(
            """
            update process_run_observation set started_at = '2026-11-01T13:01:00.000000Z',
              created_at = '2026-11-01T13:01:00.000000Z' where process_candidate_code = 'P00009999'
            """);
        await Transaction(
            """
            update process_run_observation set started_at = '2026-11-01T14:01:00.000000Z',
              created_at = '2026-11-01T14:01:00.000000Z' where process_candidate_code = 'P00010000'
            """);

        await Until(Some.Noon.AddMinutes(132));

        Assert.Equal(
            "2026-11-01T14:00:00.000000Z", await _ledger.Scalar("select group_concat(slot_at) from missed_slot"));
        Assert.Equal("1", await _ledger.Scalar("select count(*) from expected_run"));
    }

    [Fact]
    public async Task A_clock_that_was_ahead_when_runs_were_looked_for_hides_no_run()
    {
        await Until(Some.Noon.AddMinutes(58));
        await Transaction("update expectation set heard_until = '2026-11-03T12:00:00.000000Z'");
        _time.SetUtcNow(Some.Noon.AddMinutes(61));
        await Heard(new Some { Start = Some.Noon.AddMinutes(61) });
        _time.SetUtcNow(Some.Noon.AddMinutes(80));

        await Until(Some.Noon.AddMinutes(95));

        Assert.Equal("0", await _ledger.Scalar("select count(*) from missed_slot"));
        Assert.StartsWith(
            "2026-11-01T13:", await _ledger.Scalar("select heard_until from expectation"), StringComparison.Ordinal);
    }

    async Task Until(DateTimeOffset end, ExpectationSweep? sweep = null)
    {
        while (_time.GetUtcNow() < end)
        {
            _time.Advance(Look);
            await LookOnce(sweep);
        }
    }

    Task<int> Copy(string name, string candidate) => Transaction(
        $"""
         insert into expectation ({Expectation.Columns}) select '{name}', '{candidate}', cron, zone, grace_seconds,
           early_seconds, longest_seconds, most_runs, armed_at, armed_by, heard_until, judged_until
         from expectation where name = 'nightly'
         """);

    // With a queue in which nothing waits.
    async Task LookOnce(ExpectationSweep? sweep = null)
    {
        QueueReached? question = null;
        await (sweep ?? Sweep).Once(
            asked =>
            {
                question = asked;
                return Task.CompletedTask;
            },
            Token);
        if (question is not null)
            await Sweep.Reached(question, Token);
    }

    Task<int> Expect(string cron) => Transaction(
        $"""
         insert into expectation ({Expectation.Columns}) values ('nightly', 'PROC-CAND:dot:kg', '{cron}', null, 600,
           300, null, 1, '2026-11-01T12:01:00.000000Z', 'anna', '2026-11-01T12:01:00.000000Z',
           '2026-11-01T12:01:00.000000Z')
         """);

    Task<int> Transaction(string sql) =>
        _ledger.Service<ILedgerTransactions>().InOne(write => write.Run(sql, Token), Token);

    // The harness waits for nothing any more once nothing has happened for a while.
    async Task Heard(Some run)
    {
        await _ledger.Publish(run.Started());
        for (var tries = 0; await _ledger.Scalar("select count(*) from process_run_observation") == "0"; tries++)
        {
            Assert.True(tries < 100, "The run was not taken.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        }
    }

    async Task<T> Told<T>()
        where T : ExpectationNotice
    {
        for (var tries = 0; tries < 100; tries++)
        {
            var told = _ledger.Bus.Published.Select<T>(Token).Select(published => published.Context.Message)
                .FirstOrDefault();
            if (told is not null)
                return told;
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        }

        throw new TimeoutException($"No {typeof(T).Name} was published.");
    }
}
