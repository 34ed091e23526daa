using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Service.Bridge;
using RunLedger.Storage.Rows;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Bridge;

/// <summary>What a job comes to, whichever of its states the bridge saw and in whatever order they are taken.</summary>
public sealed class JobMappingTests
{
    static readonly object Waits = Job("queued", attempt: 0);
    static readonly object Runs = Job("running", started: 2);
    static readonly object Fails = Job("failed", started: 2, ended: 5, error: "boom");
    static readonly object WaitsAgain = Job("queued", attempt: 2);
    static readonly object RunsAgain = Job("running", attempt: 2, started: 8);
    static readonly object Done = Job("completed", attempt: 2, started: 8, ended: 11);

    [Fact]
    public void A_job_that_failed_and_was_tried_again_with_success_is_a_completed_run()
    {
        var (run, components) = Rows(Waits, Runs, Fails, WaitsAgain, RunsAgain, Done);

        Assert.Equal((RunStatus.Completed, 2, At(8), At(11), null),
            (run.Status, run.Attempt, run.StartedAt, run.EndedAt, run.ErrorRef));
        Assert.Equal(
            "{\"attempt\":2,\"attempts\":[{\"attempt\":1,\"status\":\"failed\","
                + "\"startedAt\":\"2026-11-20T08:00:02.000000Z\","
                + "\"endedAt\":\"2026-11-20T08:00:05.000000Z\",\"errorRef\":\"boom\"}]}",
            run.EvidenceRef);
        Assert.Equal([(RunStatus.Failed, "boom"), (RunStatus.StepCompleted, null)],
            components.Select(c => (c.Status, c.ErrorRef)));
        // That a later attempt took its place is neither a second end nor a sign of life.
        Assert.All(components, component => Assert.Null(component.EvidenceRef));
    }

    [Fact]
    public void It_is_open_while_it_waits_for_the_next_attempt()
    {
        var (run, _) = Rows(Runs, Fails, WaitsAgain);

        Assert.Equal((RunStatus.Observed, 2, null, null), (run.Status, run.Attempt, run.StartedAt, run.EndedAt));
    }

    [Fact]
    public void What_the_bridge_did_not_see_changes_nothing_of_how_it_ended()
    {
        var (run, components) = Rows(Runs, Done);

        Assert.Equal((RunStatus.Completed, At(8), At(11)), (run.Status, run.StartedAt, run.EndedAt));
        Assert.Equal(
            [
                (RunStatus.Cancelled, "attempt 2 took its place, and its own end was not seen"),
                (RunStatus.StepCompleted, null),
            ],
            components.Select(c => (c.Status, c.ErrorRef)));
    }

    [Fact]
    public void A_job_that_waited_warns_of_nothing()
    {
        var (run, _) = Rows(Waits, Runs, Job("completed", started: 2, ended: 4));

        Assert.Equal((RunStatus.Completed, null), (run.Status, run.EvidenceRef));
    }

    [Fact]
    public void A_job_that_was_cancelled_did_not_fail()
    {
        var (run, components) = Rows(Runs, Job("cancelled", started: 2, ended: 4));

        Assert.Equal((RunStatus.Cancelled, RunStatus.Cancelled), (run.Status, Assert.Single(components).Status));
    }

    [Fact]
    public void A_job_that_was_tried_a_thousand_times_ends_the_last_attempts_before()
    {
        var said = JobMapping.Of(Row(Job("running", attempt: 1_000, started: 8))).ToList();

        Assert.Equal(32, said.OfType<StepCancelled>().Count());
        Assert.Equal(
            Component(Job("running", attempt: 999, started: 8)), said.OfType<StepCancelled>().Last().ComponentRunId);
    }

    [Fact]
    public void An_attempt_at_a_part_of_a_run_is_none_at_the_run()
    {
        var (run, components) = Rows(
            Job("failed", started: 2, ended: 5, isRun: false), Job("running", attempt: 2, started: 8, isRun: false));

        Assert.Equal((RunStatus.StepStarted, 1), (run.Status, run.Attempt));
        Assert.Equal([RunStatus.Failed, RunStatus.StepStarted], components.Select(c => c.Status));
    }

    [Fact]
    public void Job_1_of_two_queues_is_two_jobs()
    {
        var mail = Job("completed", started: 2, ended: 4, id: 900001, candidate: "TWO:mail");
        var report = Job("failed", started: 2, ended: 4, id: 900001, candidate: "TWO:report");

        Assert.NotEqual(Component(mail), Component(report));
    }

    [Fact]
    public void Job_1_of_one_queue_is_one_job_whatever_its_candidate_is()
    {
        var before = Job("running", started: 2, id: 7, candidate: "A", source: "mail");
        var after = Job("completed", started: 2, ended: 3, id: 7, candidate: "B", source: "mail");

        Assert.Equal(Component(before), Component(after));
    }

    static object Job(
        string status,
        int attempt = 1,
        int? started = null,
        int? ended = null,
        string? error = null,
        bool isRun = true,
        object? id = null,
        string candidate = "PROC-CAND:queue:mail",
        string? source = null) => new
        {
            queue_job_id = id ?? "0a000000-0000-4000-8000-000000000001",
            process_candidate_code = candidate,
            correlation_id = "order-1",
            is_run = isRun,
            status,
            attempt,
            queued_at = At(0),
            started_at = started is { } s ? At(s) : (DateTime?)null,
            ended_at = ended is { } e ? At(e) : (DateTime?)null,
            error_ref = error,
            source_name = source,
        };

    static DateTime At(int second) => new(2026, 11, 20, 8, 0, second, DateTimeKind.Utc);

    static BridgeRow Row(object job) => new(JsonSerializer.Serialize(job));

    static Guid Component(object job) => JobMapping.Of(Row(job)).OfType<StepObservation>().Last().ComponentRunId;

    // In the order given and in the opposite one: they must come to the same.
    static (RunRow Run, List<ComponentRow> Components) Rows(params object[] jobs)
    {
        var all = jobs.SelectMany(job =>
        {
            var row = Row(job);
            List<RunObservation> said = [.. JobMapping.Of(row)];
            Assert.Empty(row.Faults);
            return said;
        }).Select(message => Validated.By(message)).ToList();
        var (there, back) = (RowsOf(all), RowsOf(Enumerable.Reverse(all)));
        Assert.Equal(there.Run with { Fold = null }, back.Run with { Fold = null });
        Assert.Equal(
            there.Components.Select(c => c with { Fold = null }), back.Components.Select(c => c with { Fold = null }));
        return there;
    }

    static Fold Merge(Fold a, Fold b) => Fold.Merge(a, b);

    static (RunRow Run, List<ComponentRow> Components) RowsOf(IEnumerable<Observation> all) => (
        RunRow.From(all.Select(RunProjection.Of).Aggregate(Merge)),
        [
            .. all.Where(o => o.Message is StepObservation)
                .Select(ComponentProjection.Of)
                .GroupBy(component => component.Id)
                .Select(of => ComponentRow.From(of.Aggregate(Merge), Guid.AllBitsSet))
                .OrderBy(component => component.StartedAt ?? component.EndedAt),
        ]);
}
