using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Client;
using RunLedger.Contracts;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Client;

/// <summary>What a service's author writes, and what is reported of it.</summary>
public sealed class ReporterTests : IAsyncLifetime
{
    readonly HeldTransport _ledger = new();
    ClientHost _host = null!;

    IRunReporter Reporter => _host.Reporter;

    public async ValueTask InitializeAsync() => _host = await ClientHost.Start(_ledger);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_run_with_steps_is_its_messages_in_order_with_rising_times()
    {
        var rows = await Reporter.Run("PROC-CAND:dot:kg", async run =>
        {
            await run.Step("extract", _ => Task.CompletedTask);
            return await run.Step("load", _ => Task.FromResult(42));
        });

        Assert.Equal(42, rows);
        var taken = await _ledger.Has(6);
        Assert.Equal(
            ["RunStarted", "StepStarted", "StepCompleted", "StepStarted", "StepCompleted", "RunCompleted"],
            taken.Select(message => message.GetType().Name));
        Assert.Equal(taken.Select(message => message.OccurredAt).Order(), taken.Select(message => message.OccurredAt));
        Assert.Equal(6, taken.Select(message => message.OccurredAt).Distinct().Count());
        Assert.Single(taken.Select(message => message.ProcessRunId).Distinct());
        Assert.Equal(["extract", "load"], taken.OfType<StepStarted>().Select(step => step.DotCode));
        Assert.Equal(taken[0].ProcessRunId.ToString(), taken[0].CorrelationId);
    }

    [Fact]
    public async Task An_exception_ends_step_and_run_and_goes_on_unchanged()
    {
        var thrown = new InvalidOperationException("no such table");

        var caught = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Reporter.Run("PROC-CAND:dot:kg", run => run.Step("load", _ => throw thrown)));

        Assert.Same(thrown, caught);
        var taken = await _ledger.Has(4);
        Assert.Equal("System.InvalidOperationException: no such table", Assert.IsType<StepFailed>(taken[2]).ErrorRef);
        Assert.Equal("System.InvalidOperationException: no such table", Assert.IsType<RunFailed>(taken[3]).ErrorRef);
    }

    [Fact]
    public async Task A_wanted_cancellation_is_one_and_another_is_a_failure()
    {
        using var wanted = new CancellationTokenSource();
        await wanted.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => Reporter.Run(
            "P", _ => throw new OperationCanceledException(), cancellationToken: wanted.Token));
        await Assert.ThrowsAsync<TaskCanceledException>(
            () => Reporter.Run("P", _ => throw new TaskCanceledException()));

        var taken = await _ledger.Has(4);
        Assert.IsType<RunCancelled>(taken[1]);
        Assert.IsType<RunFailed>(taken[3]);
    }

    [Fact]
    public async Task A_run_that_is_left_without_an_outcome_is_recorded_as_just_that()
    {
        await using (var run = Reporter.StartRun("P"))
        await using (run.StartStep("load"))
        {
        }

        var taken = await _ledger.Has(4);
        Assert.Contains("without an outcome", Assert.IsType<StepFailed>(taken[2]).ErrorRef, StringComparison.Ordinal);
        Assert.Contains("without an outcome", Assert.IsType<RunFailed>(taken[3]).ErrorRef, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_end_counts()
    {
        await using (var run = Reporter.StartRun("P"))
        {
            run.Complete("s3://out", new { Rows = 3 });
            run.Fail("too late");
            run.Cancel();
            run.Heartbeat();
        }

        await _host.Stop();
        var completed = Assert.IsType<RunCompleted>(_ledger.Taken[1]);
        Assert.Equal(2, _ledger.Taken.Count);
        Assert.Equal(
            ("s3://out", 3), (completed.OutputRef, completed.EvidenceRef!.Value.GetProperty("rows").GetInt32()));
    }

    [Fact]
    public async Task Nested_runs_find_their_parent_across_awaits_and_tasks_and_forget_it_when_it_ended()
    {
        Guid outer = default, inner = default, parallel = default, after = default;
        await Reporter.Run("outer", async run =>
        {
            outer = run.Id;
            await Task.Yield();
            await Reporter.Run("inner", nested =>
            {
                inner = nested.Id;
                return Task.CompletedTask;
            });
            await Task.Run(async () =>
            {
                await using var other = Reporter.StartRun("parallel");
                parallel = other.Id;
                other.Complete();
            }, TestContext.Current.CancellationToken);
            Assert.Equal(outer, Reporter.Current?.Id);
        });
        await using (var alone = Reporter.StartRun("after"))
        {
            after = alone.Id;
            alone.Complete();
        }

        Assert.Null(Reporter.Current);
        var started = (await _ledger.Has(8)).OfType<RunStarted>().ToDictionary(run => run.ProcessRunId);
        Assert.Equal((outer, outer), (started[inner].ParentRunId, started[parallel].ParentRunId));
        Assert.Equal(started[outer].CorrelationId, started[inner].CorrelationId);
        Assert.Null(started[after].ParentRunId);
        Assert.NotEqual(started[outer].CorrelationId, started[after].CorrelationId);
    }

    [Fact]
    public async Task StartRun_is_the_parent_of_what_starts_in_the_same_flow_until_it_ends()
    {
        var first = Reporter.StartRun("first");
        await Task.Yield();
        var second = Reporter.StartRun("second");
        second.Complete();
        first.Complete();
        var third = Reporter.StartRun("third");
        third.Complete();

        var started = (await _ledger.Has(6)).OfType<RunStarted>().ToList();
        Assert.Equal([null, first.Id, null], started.Select(run => run.ParentRunId));
    }

    [Fact]
    public async Task With_a_key_what_is_reported_again_is_the_same_and_a_new_attempt_is_one_at_the_same_run()
    {
        foreach (var attempt in (int[])[1, 1, 2])
        {
            await Reporter.Run("P", async run =>
            {
                await run.Step("load", _ => Task.CompletedTask);
                await run.Step("load", _ => Task.CompletedTask);
            }, new RunDetails { IdempotencyKey = "kg/2026-11-23", Attempt = attempt });
        }

        var taken = await _ledger.Has(18);
        var runs = taken.OfType<RunStarted>().ToList();
        Assert.All(taken, message => Assert.Equal(runs[0].ProcessRunId, message.ProcessRunId));
        Assert.All(runs, run => Assert.Equal("kg/2026-11-23", run.IdempotencyKey));
        Assert.Equal([null, 2], taken.Select(message => message.Attempt).Distinct());
        Assert.All(taken[12..], message => Assert.Equal(2, message.Attempt));
        var steps = taken.OfType<StepStarted>().Select(step => step.ComponentRunId).ToList();
        Assert.Equal(steps[..2], steps[2..4]);
        Assert.Equal(4, steps.Distinct().Count());
    }

    [Fact]
    public async Task Details_and_evidence_are_reported_and_what_could_not_be_stored_is_mended()
    {
        var id = Guid.CreateVersion7();
        await using (var run = Reporter.StartRun(new string('P', 600), new RunDetails
        {
            RunId = id,
            CorrelationId = "order\04711",
            SourceSystem = SourceSystems.WorkflowEngine,
            InputRef = new string('x', 40_000) + "\ud83d",
        }))
        {
            await using var step = run.StartStep(
                "verify", new StepDetails { Role = ComponentRoles.Verifier, EventCode = "e", InputRef = "a\0b" });
            step.Complete(evidence: new { Self = new Endless() });
            run.Fail("half \ud83d");
        }

        var taken = await _ledger.Has(4);
        var started = Assert.IsType<RunStarted>(taken[0]);
        Assert.Equal(
            (id, 600, "order\uFFFD4711", "workflow_engine", 32_768),
            (started.ProcessRunId, started.ProcessCandidateCode.Length, started.CorrelationId, started.SourceSystem,
                started.InputRef!.Length));
        Assert.Equal(("verifier", "e", "a\uFFFDb"), (
            ((StepStarted)taken[1]).ComponentRole,
            ((StepStarted)taken[1]).EventCode,
            ((StepStarted)taken[1]).InputRef));
        Assert.StartsWith(
            "not JSON", ((StepCompleted)taken[2]).EvidenceRef!.Value.GetString(), StringComparison.Ordinal);
        Assert.Equal("half \uFFFD", ((RunFailed)taken[3]).ErrorRef);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData(" ")]
    public async Task A_run_of_no_candidate_runs_on_unreported_and_is_counted(string? candidate)
    {
        var result = await Reporter.Run(candidate!, async run =>
        {
            await run.Step("load", _ => Task.CompletedTask);
            await Reporter.Run("inner", _ => Task.CompletedTask);
            return 7;
        });

        Assert.Equal(7, result);
        var taken = await _ledger.Has(2);
        Assert.Null(Assert.IsType<RunStarted>(taken[0]).ParentRunId);
        await _host.Stop();
        Assert.Contains(
            _host.Logged.Lines, line => line.StartsWith("1 runs are not reported", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_trace_is_in_the_evidence_of_starts()
    {
        using var activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();

        await Reporter.Run("P", run => run.Step("load", _ => Task.CompletedTask));

        var taken = await _ledger.Has(4);
        Assert.Equal(activity.Id, taken[0].EvidenceRef!.Value.GetProperty("traceparent").GetString());
        Assert.Equal(activity.Id, taken[1].EvidenceRef!.Value.GetProperty("traceparent").GetString());
        Assert.Null(taken[3].EvidenceRef);
    }

    [Fact]
    public async Task An_open_run_says_that_it_is_alive()
    {
        var time = new FakeTimeProvider(Some.Noon);
        var ledger = new HeldTransport();
        await using var host = await ClientHost.Start(
            ledger, time, options => options.HeartbeatEvery = TimeSpan.FromMinutes(1));
        var run = host.Reporter.StartRun("P");

        time.Advance(TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromMinutes(1));
        run.Complete();
        time.Advance(TimeSpan.FromMinutes(5));

        var taken = await ledger.Has(4);
        Assert.Equal(
            ["RunStarted", "RunHeartbeat", "RunHeartbeat", "RunCompleted"],
            taken.Select(message => message.GetType().Name));
        Assert.Equal(Some.Noon.AddMinutes(2), taken[2].OccurredAt);
    }

    sealed class Endless
    {
        public Endless Next => this;
    }
}
