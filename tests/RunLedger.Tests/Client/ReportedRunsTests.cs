using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Client;
using RunLedger.Client.Testing;
using RunLedger.Contracts;
using RunLedger.Testing;

namespace RunLedger.Tests.Client;

/// <summary>What authors assert of what their service reported.</summary>
public sealed class ReportedRunsTests
{
    readonly Some _run = Some.Run();
    readonly Guid _step = Guid.CreateVersion7();

    [Fact]
    public async Task A_harness_gives_the_runs_that_were_reported_through_the_client()
    {
        await using var services = new ServiceCollection()
            .AddMassTransitTestHarness(TextWriter.Null)
            .AddRunLedgerClient()
            .BuildServiceProvider(validateScopes: true);
        var harness = services.GetTestHarness();
        await harness.Start();

        await services.GetRequiredService<IRunReporter>().Run("PROC-CAND:dot:kg", async run =>
        {
            await run.Step("extract", _ => Task.CompletedTask);
            await run.Step("load", _ => Task.CompletedTask);
        });

        var run = Assert.Single(
            await harness.Runs(runs => runs is [{ Status: "completed" }], TestContext.Current.CancellationToken));
        Assert.Equal("Completed", run.Outcome);
        Assert.Equal(["extract", "load"], run.Steps.Select(step => step.Code));
        Assert.Equal("PROC-CAND:dot:kg Completed", run.ToString());
    }

    [Fact]
    public async Task Without_a_condition_it_waits_until_what_was_set_going_is_done_and_reported()
    {
        await using var services = new ServiceCollection()
            .AddMassTransitTestHarness(TextWriter.Null, bus => bus.AddConsumer<BuildConsumer>())
            .AddRunLedgerClient()
            .BuildServiceProvider(validateScopes: true);
        var harness = services.GetTestHarness();
        await harness.Start();
        await harness.Bus.Publish(new Build("kg"), TestContext.Current.CancellationToken);

        var run = Assert.Single(await harness.Runs(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal("Completed", run.Outcome);
    }

    [Fact]
    public async Task Observations_that_a_service_publishes_in_one_message_are_there_each()
    {
        await using var services = new ServiceCollection()
            .AddMassTransitTestHarness(TextWriter.Null)
            .BuildServiceProvider(validateScopes: true);
        var harness = services.GetTestHarness();
        await harness.Start();
        await harness.Bus.Publish(
            new RunObservations { Observations = [_run.Started(), _run.Completed()] },
            TestContext.Current.CancellationToken);

        var run = Assert.Single(
            await harness.Runs(runs => runs.Count > 0, TestContext.Current.CancellationToken));

        Assert.Equal("Completed", run.Outcome);
    }

    [Fact]
    public async Task What_the_client_has_taken_is_there_when_it_says_what_was_reported()
    {
        await using var services = new ServiceCollection()
            .AddMassTransitTestHarness(TextWriter.Null)
            .AddRunLedgerClient()
            .BuildServiceProvider(validateScopes: true);
        var harness = services.GetTestHarness();
        await harness.Start();
        for (var n = 0; n < 200; n++)
            await services.GetRequiredService<IRunReporter>()
                .Run("P", run => run.Step("load", _ => Task.CompletedTask));
        var asked = 0;

        var runs = await harness.Runs(_ => ++asked > 0, TestContext.Current.CancellationToken);
        // However many waited: a test may look for each.
        Assert.Equal(200, harness.Published.Select<RunStarted>(new CancellationToken(canceled: true)).Count());

        Assert.Equal((200, 1), (runs.Count(run => run.Outcome == "Completed"), asked));
    }

    [Fact]
    public void A_run_that_failed_says_why() =>
        Assert.Equal("Failed: it broke", Outcome(_run.Started(), _run.Failed()));

    [Fact]
    public void A_run_that_never_ended_says_so_and_which_step_is_open() => Assert.Equal(
        "StepStarted: the run never ended; the step dot_kg_check never ended",
        Outcome(_run.Started(), _run.StepStarted(_step)));

    [Fact]
    public void A_step_that_is_open_after_its_run_is_a_problem() => Assert.Equal(
        "Completed: the step dot_kg_check never ended",
        Outcome(_run.Started(), _run.StepStarted(_step), _run.Completed()));

    [Fact]
    public void A_step_outside_its_run_is_a_problem()
    {
        Assert.Contains(
            "nothing was reported of the run itself",
            Outcome(_run.StepStarted(_step), _run.StepCompleted(_step)),
            StringComparison.Ordinal);
        Assert.Contains(
            "started after the run had ended",
            Outcome(
                _run.Started(),
                _run.Completed(),
                _run.StepStarted(_step) with { OccurredAt = Some.Noon.AddHours(1) },
                _run.StepCompleted(_step) with { OccurredAt = Some.Noon.AddHours(2) }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_two_runs_makes_them_one_and_says_so()
    {
        var other = Some.Run();

        var run = Assert.Single(ReportedRuns.Of([
            _run.Started() with { IdempotencyKey = "k" }, _run.Completed(),
            other.Started() with { IdempotencyKey = "k" }, other.Completed()]));

        Assert.Contains("the key k was used for another run before", run.Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public void Ends_that_contradict_each_other_and_what_would_be_rejected_are_problems()
    {
        Assert.Contains(
            "also reported failed",
            Outcome(_run.Started(), _run.Completed(), _run.Failed() with { OccurredAt = Some.Noon.AddHours(1) }),
            StringComparison.Ordinal);
        Assert.Contains(
            "RunHeartbeat would be rejected: sourceSystem 'nobody' is not known",
            Outcome(_run.Started(), _run.Completed(), _run.Heartbeat() with { SourceSystem = "nobody" }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_in_which_they_came_changes_nothing() => Assert.Equal(
        "Completed", Outcome(_run.Completed(), _run.StepCompleted(_step), _run.StepStarted(_step), _run.Started()));

    /// <summary>A command of somebody's service.</summary>
    public sealed record Build(string Name);

    /// <summary>It takes its time.</summary>
    public sealed class BuildConsumer(IRunReporter reporter) : IConsumer<Build>
    {
        public Task Consume(ConsumeContext<Build> context) => reporter.Run(
            "PROC-CAND:dot:kg", run => run.Step("build", _ => Task.Delay(200, context.CancellationToken)));
    }

    static string Outcome(params RunObservation[] observations) => Assert.Single(ReportedRuns.Of(observations)).Outcome;
}
