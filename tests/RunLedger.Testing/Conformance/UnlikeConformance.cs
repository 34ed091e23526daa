using Microsoft.Extensions.Time.Testing;
using RunLedger.Folding;
using RunLedger.Unlike;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>Durations, and what is unlike them, in either store.</summary>
public abstract class UnlikeConformance(Provider provider) : StoreSuite(provider)
{
    static readonly DateTime Noon = Some.Noon.UtcDateTime;
    static readonly TimeSpan Usual = TimeSpan.FromMinutes(10);

    readonly FakeTimeProvider _time = new(Some.Noon);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_completed_is_counted_once_however_often_is_looked_and_by_how_many()
    {
        await Runs(30);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Count()));
        await Count(After(TimeSpan.FromHours(3)));

        Assert.Equal(30, (await Sketch())!.Count);
        Assert.InRange((await Sketch())!.Quantile(.5), 588, 612);
        Assert.Equal(["30"], await Query("select count(*) from counted_run"));
    }

    [Fact]
    public async Task Each_is_of_its_candidate_its_component_and_its_version_and_of_all_versions()
    {
        await Runs(2, version: "1");
        await Runs(1, version: "2");
        await Runs(1, candidate: "Q");

        await Count();

        Assert.Equal(3, (await Sketch())!.Count);
        Assert.Equal(2, (await Sketch(version: "1"))!.Count);
        Assert.Equal(1, (await Sketch(version: "2"))!.Count);
        Assert.Equal(3, (await Sketch("load"))!.Count);
        Assert.Equal(2, (await Sketch("load", "1"))!.Count);
        Assert.Equal(1, (await Sketch(candidate: "Q"))!.Count);
    }

    [Fact]
    public async Task What_did_not_end_well_or_ended_before_it_started_is_not_counted()
    {
        await Runs(1, status: "failed");
        await Runs(1, status: "cancelled");
        await Runs(1, status: "stuck");
        await Run(Noon, TimeSpan.FromMinutes(-5), "completed");

        await Count();

        Assert.Null(await Sketch());
        Assert.Equal(["1"], await Query("select count(*) from counted_run"));
    }

    [Fact]
    public async Task A_run_that_is_settled_again_reopened_or_mended_is_not_counted_again()
    {
        var run = await Run(Noon, Usual, "completed");
        await Count();
        await Query($"update process_run_observation set status = 'started', settled_at = null, ended_at = null");
        await Count(After(TimeSpan.FromMinutes(5)));
        await Query(
            $"""
             update process_run_observation set status = 'completed', settled_at = '{Text(After(
                 TimeSpan.FromMinutes(6)))}', ended_at = '{Text(Noon.AddHours(9))}' where process_run_id = '{run}'
             """);

        await Count(After(TimeSpan.FromHours(3)));

        Assert.Equal(1, (await Sketch())!.Count);
        Assert.InRange((await Sketch())!.Quantile(.5), 588, 612);
    }

    [Fact]
    public async Task A_run_that_failed_and_completes_in_another_attempt_is_counted_then()
    {
        await Run(Noon, Usual, "failed");
        await Count();
        await Query($"update process_run_observation set status = 'completed', settled_at = '{Text(After(
            TimeSpan.FromMinutes(6)))}'");

        await Count(After(TimeSpan.FromHours(1)));

        Assert.Equal(1, (await Sketch())!.Count);
    }

    [Fact]
    public async Task What_was_committed_long_after_it_was_settled_is_counted_all_the_same()
    {
        await Runs(3);
        await Count(After(TimeSpan.FromMinutes(30)));
        await Run(Noon, Usual, "completed");

        await Count(After(TimeSpan.FromHours(2)));

        Assert.Equal(4, (await Sketch())!.Count);
    }

    [Fact]
    public async Task A_clock_that_was_ahead_is_got_over()
    {
        await Run(Noon.AddDays(3), Usual, "completed");
        await Count(Noon.AddDays(4));
        await Run(Noon.AddHours(1), Usual, "completed");

        await Count(Noon.AddHours(2));

        Assert.Equal(2, (await Sketch())!.Count);
    }

    [Fact]
    public async Task History_is_counted_slice_by_slice()
    {
        await Runs((2 * DurationCounter.SliceSize) + 7);
        _time.SetUtcNow(After(TimeSpan.FromMinutes(1)));

        Assert.True(await Counter.Slice(late: false, Token));
        Assert.Equal(DurationCounter.SliceSize, (await Sketch())!.Count);
        await Count();

        Assert.Equal((2 * DurationCounter.SliceSize) + 7, (await Sketch())!.Count);
    }

    [Fact]
    public async Task Of_many_versions_the_oldest_are_forgotten()
    {
        for (var version = 0; version < 30; version++)
        {
            await Run(Noon.AddMinutes(version), Usual, "completed", version: $"v{version:00}");
            await Count(Noon.AddMinutes(version + 20));
        }

        var kept = await Query(
            "select distinct version from duration_sketch where version is not null order by version");

        Assert.Equal(Enumerable.Range(10, 20).Select(version => $"v{version:00}"), kept);
        Assert.Equal(30, (await Sketch())!.Count);
    }

    [Fact]
    public async Task Components_with_names_without_number_do_not_grow_for_ever()
    {
        for (var run = 0; run < 8; run++)
        {
            var id = await Run(Noon.AddMinutes(run), Usual, "completed", component: null);
            for (var component = 0; component < 120; component++)
                await Component(id, $"step-{run}-{component:000}", Noon, Usual, "step_completed");
            await Count(Noon.AddMinutes(run + 20));
        }

        Assert.Equal([$"{DurationSketches.MostOfCandidate}"], await Query("select count(*) from duration_sketch"));
        Assert.Equal(8, (await Sketch())!.Count);
    }

    [Fact]
    public async Task A_run_that_is_open_for_too_long_is_slow_until_it_ends()
    {
        await Runs(25);
        await Count();
        var run = await Run(Noon, null, "started", component: null);
        await Look(Noon.AddMinutes(29));
        Assert.Empty(await Slow());

        await Look(Noon.AddMinutes(45));
        await Look(Noon.AddMinutes(46));

        var slow = Assert.Single(await Slow());
        Assert.Equal((run, null, TimeSpan.FromMinutes(46)), (slow.Mark.RunId, slow.Mark.Component, slow.Elapsed));
        Assert.StartsWith("Open for 46 m, and slow is longer than ", slow.Sentence, StringComparison.Ordinal);
        await Query($"update process_run_observation set status = 'completed' where process_run_id = '{run}'");
        Assert.Empty(await Slow());
        await Look(Noon.AddMinutes(47));
        Assert.Empty(await Query("select 1 from unlike_run"));
    }

    [Fact]
    public async Task A_component_that_is_open_for_too_long_is_slow_though_its_run_is_not()
    {
        await Runs(25, took: TimeSpan.FromHours(5));
        await Query(
            $"update process_component_observation set ended_at = '{Text(Noon.AddMinutes(10))}', "
            + $"started_at = '{Text(Noon)}'");
        await Count();
        var run = await Run(Noon, null, "step_started", component: null);
        await Component(run, "load", Noon, null, "step_started");

        await Look(Noon.AddMinutes(50));

        var slow = Assert.Single(await Slow());
        Assert.Equal((run, "load"), (slow.Mark.RunId, slow.Mark.Component));
        await Query("update process_component_observation set status = 'step_completed' "
            + $"where process_run_id = '{run}'");
        await Look(Noon.AddMinutes(51));
        Assert.Empty(await Query("select 1 from unlike_run"));
    }

    [Fact]
    public async Task A_run_is_compared_with_its_version_where_that_has_enough_runs()
    {
        await Runs(25, version: "fast");
        await Runs(25, version: "slow", took: TimeSpan.FromHours(4));
        await Count(After(TimeSpan.FromHours(5)));
        var fast = await Run(Noon, null, "started", version: "fast", component: null);
        await Run(Noon, null, "started", version: "slow", component: null);
        await Run(Noon, null, "started", version: "new", component: null);

        await Look(Noon.AddHours(5));

        var slow = Assert.Single(await Slow());
        Assert.Equal((fast, "fast"), (slow.Mark.RunId, slow.Mark.Version));
    }

    [Fact]
    public async Task A_run_that_completed_far_too_fast_is_suspicious_and_a_failed_one_is_not()
    {
        await Runs(25);
        var fast = await Run(Noon.AddMinutes(1), TimeSpan.FromSeconds(1), "completed");
        await Run(Noon.AddMinutes(1), TimeSpan.FromSeconds(1), "failed");
        await Run(Noon.AddMinutes(1), TimeSpan.FromMinutes(8), "completed");

        await Count();

        Assert.Equal([$"{fast}|suspicious|"], await Query(
            "select process_run_id, kind, component from unlike_run where component is null"));
    }

    [Fact]
    public async Task A_run_from_the_future_and_one_without_a_start_are_not_slow()
    {
        await Runs(25);
        await Count();
        await Run(Noon.AddDays(300), null, "started", component: null);
        await Run(null, null, "step_started", component: null);

        await Look(Noon.AddDays(2));

        Assert.Empty(await Slow());
    }

    [Fact]
    public async Task What_is_old_is_forgotten()
    {
        await Runs(25);
        await Run(Noon.AddMinutes(1), TimeSpan.FromSeconds(1), "completed");
        await Count();

        await Look(Noon.AddDays(399));
        Assert.NotEmpty(await Query("select 1 from unlike_run"));
        await Look(Noon.AddDays(401));

        Assert.Empty(await Query(
            """
            select 1 from unlike_run union all select 1 from counted_run union all select 1 from duration_sketch
            """));
    }

    [Fact]
    public async Task Runs_after_one_with_very_many_components_have_theirs_counted_too()
    {
        var many = await Run(Noon, Usual, "completed", component: null);
        await Query(
            $"""
             insert into process_component_observation (component_run_id, process_run_id, correlation_id, dot_code,
               source_system, status, started_at, ended_at, created_at)
             values {string.Join(", ", Enumerable.Range(0, 10_000).Select(n =>
                 $"('{Guid.CreateVersion7()}', '{many}', 'c', 'step', 'dot_runtime', 'step_completed', {Time(Noon)}, "
                     + $"{Time(Noon + Usual)}, '{Text(Noon)}')"))}
             """);
        await Runs(1);

        await Count();

        Assert.Equal((10_000, 1), ((await Sketch("step"))!.Count, (await Sketch("load"))!.Count));
    }

    [Fact]
    public async Task A_run_that_says_its_version_late_is_measured_by_it_before_long()
    {
        await Runs(25, version: "quick");
        await Runs(25, took: TimeSpan.FromHours(3));
        await Count();
        var run = await Run(Noon, null, "started", component: null);
        var watch = new SlowWatch(Store.Transactions, Options, _time);
        _time.AdjustTime(Noon.AddMinutes(90));
        await watch.Look(Token);
        Assert.Empty(await Slow());

        await Query(
            """
            update process_run_observation
            set evidence_ref = '{"from":{"RunHeartbeat":{"at":"x","value":{"version":"quick"}}}}'
            where status = 'started'
            """);
        for (var look = 0; look < 20; look++)
            await watch.Look(Token);

        Assert.Equal((run, "quick"), (Assert.Single(await Slow()).Mark.RunId, (await Slow())[0].Mark.Version));
    }

    DurationCounter Counter => new(Store.Transactions, Options, _time);

    async Task Count(DateTime? now = null)
    {
        _time.AdjustTime(now ?? After(TimeSpan.FromMinutes(2)));
        foreach (var late in (bool[])[false, true])
        {
            while (await Counter.Slice(late, Token))
            {
                // The next slice.
            }
        }
    }

    Task Look(DateTime now)
    {
        _time.AdjustTime(now);
        return new SlowWatch(Store.Transactions, Options, _time).Look(Token);
    }

    Task<List<SlowRun>> Slow() => new SlowRuns(Store.Transactions, _time).Now(10, Token);

    async Task<DurationSketch?> Sketch(
        string? component = null, string? version = null, string candidate = "P") =>
        (await Query(
            $"select buckets from duration_sketch where sketch_id = '{new DurationKey(
                candidate, component, version).Id}'")) is [var stored]
            ? DurationSketch.Read(Convert.FromHexString(stored))
            : null;

    async Task Runs(
        int count, string status = "completed", string? version = null, string candidate = "P", TimeSpan? took = null)
    {
        for (var run = 0; run < count; run++)
            await Run(Noon, took ?? Usual, status, version, candidate);
    }

    async Task<Guid> Run(
        DateTime? began, TimeSpan? took, string status, string? version = null, string candidate = "P",
        string? component = "load")
    {
        var id = Guid.CreateVersion7();
        var evidence = version is null ? "null"
            : """'{"from":{"RunStarted":{"at":"x","value":{"version":"?"}}}}'""".Replace("?", version);
        var settled = status is "completed" or "failed" or "cancelled" or "stuck" ? began ?? Noon : (DateTime?)null;
        await Query(
            $"""
             insert into process_run_observation (process_run_id, process_candidate_code, correlation_id,
               source_system, status, started_at, ended_at, created_at, settled_at, evidence_ref)
             values ('{id}', '{candidate}', 'c', 'dot_runtime', '{status}', {Time(began)}, {Time(began + took)},
               '{Text(began ?? Noon)}', {Time(settled)}, {evidence})
             """);
        if (component is not null)
            await Component(id, component, began, took, "step_completed");
        return id;
    }

    Task<List<string>> Component(Guid run, string name, DateTime? began, TimeSpan? took, string status) => Query(
        $"""
         insert into process_component_observation (component_run_id, process_run_id, correlation_id, dot_code,
           source_system, status, started_at, ended_at, created_at)
         values ('{Guid.CreateVersion7()}', '{run}', 'c', '{name}', 'dot_runtime', '{status}', {Time(began)},
           {Time(began + took)}, '{Text(Noon)}')
         """);

    static DateTime After(TimeSpan span) => Noon + span;

    static string Time(DateTime? time) => time is { } at ? $"'{Text(at)}'" : "null";

    static string Text(DateTime time) => LedgerTime.Text(time);
}
