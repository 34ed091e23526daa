using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Bridge;

/// <summary>Rows and queries that are not as they must be.</summary>
public sealed class BridgeFaultTests
{
    const string Rejected = "select concat_ws(' ', origin, contract, reason) from rejected_observation order by reason";
    const string Jobs = "select dot_code from process_component_observation order by 1";

    [Fact]
    public async Task A_row_that_is_wrong_is_named_and_rejected_and_its_neighbours_are_taken()
    {
        await using var site = await BridgeSite.Create();
        await site.Execute(
            """
            insert into job_queue (id, queue, state, handler, taken_at) values
              ('00000000-0000-0000-0000-000000000001', 'shop', 'active', 'good_1', now()),
              ('00000000-0000-0000-0000-000000000002', 'shop', 'asleep', 'bad', now()),
              ('00000000-0000-0000-0000-000000000003', 'shop', 'done', 'bad', null),
              ('00000000-0000-0000-0000-000000000004', 'shop', 'active', 'bad', 'infinity'),
              ('00000000-0000-0000-0000-000000000007', 'shop', 'active', 'good_2', now());
            insert into job_queue (id, queue, state, handler, taken_at, stats) values
              ('00000000-0000-0000-0000-000000000005', 'shop', 'active', 'bad', now(), '{"parent": "nobody"}'),
              ('00000000-0000-0000-0000-000000000006', 'shop', 'active', 'bad', now(), '{"parent": "unknown"}');
            insert into event_outbox (event_type, correlation_id, process, occurred_at) values
              ('process.started', ' ', 'shop', now()),
              ('process.paused', 'order-1', 'shop', now()),
              ('job.started', 'order-1', 'shop', now()),
              ('process.started', 'order-1', 'shop', '1999-12-31');
            insert into event_outbox (event_type, correlation_id, process, transaction_id) values
              ('process.started', 'order-1', 'shop', null), ('process.started', 'order-1', 'shop', '1000000000000000')
            """);

        var ledger = await site.Start(new()
        {
            ["Bridge__JobQueue"] = "select *, (evidence ->> 'parent')::uuid as parent_run_id from run_ledger_jobs;",
        });

        await site.Answers(Jobs, "good_1", "good_2");
        await site.Answers(
            Rejected,
            "bridge event_outbox RunStarted event_id 1: correlationId is missing or empty: it is required",
            "bridge event_outbox event_outbox event_id 2: event_type 'process.paused' is not known: "
                + "give one of RunObserved, RunStarted, RunHeartbeat, StepStarted, StepCompleted, StepFailed, "
                + "StepCancelled, RunCompleted, RunFailed, RunCancelled",
            "bridge event_outbox event_outbox event_id 3: queue_job_id is NULL",
            "bridge event_outbox RunStarted event_id 4: occurredAt 1999-12-31T00:00:00.0000000+00:00 is before 2000: "
            + "send when it happened",
            "bridge event_outbox event_outbox event_id 5: transaction_id is NULL, so that nobody can say when it "
            + "became visible: fill it in",
            "bridge event_outbox event_outbox event_id 6: transaction_id 1000000000000000 is of no transaction of its "
                + "server, so that it came from another: set it anew",
            "bridge job_queue job_queue queue_job_id 00000000-0000-0000-0000-000000000002: status 'asleep' is not "
                + "known: give one of queued, running, completed, failed, cancelled",
            "bridge job_queue job_queue queue_job_id 00000000-0000-0000-0000-000000000003: ended_at is NULL",
            "bridge job_queue job_queue queue_job_id 00000000-0000-0000-0000-000000000004: started_at infinity is no "
            + "time the ledger can keep",
            "bridge job_queue job_queue queue_job_id 00000000-0000-0000-0000-000000000005: "
                + "it cannot be read: invalid input syntax for type uuid: \"nobody\" (22P02)",
            "bridge job_queue job_queue queue_job_id 00000000-0000-0000-0000-000000000006: "
                + "it cannot be read: invalid input syntax for type uuid: \"unknown\" (22P02)");
        await BridgeSite.Is(ledger, "Healthy");
    }

    [Fact]
    public async Task A_query_without_the_columns_is_named_and_costs_no_row_and_the_other_source_goes_on()
    {
        await using var site = await BridgeSite.Create();
        await site.Execute(
            """
            insert into job_queue (id, queue, state, handler, taken_at)
              values (gen_random_uuid(), 'shop', 'active', 'pack', now());
            alter view run_ledger_jobs rename column status to state;
            alter view run_ledger_jobs rename column error_ref to elsewhere;
            alter view run_ledger_jobs rename column attempt to error_ref;
            insert into event_outbox (event_type, correlation_id, process) values ('process.started', 'order-1', 'shop')
            """);

        var ledger = await site.Start(new()
        {
            ["Bridge__EventOutbox"] =
                "select * from run_ledger_events where 1 / (event_id - 2) < 0 -- all but the second",
        });

        await BridgeSite.Is(ledger, "Degraded");
        await site.Answers("select correlation_id from process_run_observation", "order-1");
        await site.Answers(
            Rejected,
            "bridge job_queue job_queue job_queue: its column error_ref is of type integer: make it text; "
            + "it has no column status: give one of type text");

        await site.Execute(
            """
            alter view run_ledger_jobs rename column state to status;
            alter view run_ledger_jobs rename column error_ref to attempt;
            insert into event_outbox (event_type, correlation_id, process) values ('process.started', 'order-2', 'shop')
            """);
        await site.Answers(Jobs, "pack");
        // A row that the query itself fails on cannot be told from the others: its user is.
        await site.Answers(
            "select reason from rejected_observation where contract = 'event_outbox'",
            "event_outbox: it cannot be read: division by zero (22012)");
        await BridgeSite.Is(ledger, "Degraded");

        await site.Execute("delete from event_outbox where id = 2");
        await BridgeSite.Is(ledger, "Healthy");
    }

    [Fact]
    public async Task A_query_that_would_write_is_refused_and_one_that_takes_too_long_is_explained()
    {
        await using var site = await BridgeSite.Create();
        await site.Execute(
            """
            create function writing() returns setof run_ledger_events language plpgsql security definer as $$
            begin
              insert into event_outbox (event_type, correlation_id, process)
                values ('process.started', 'written', 'shop');
              return query select * from run_ledger_events;
            end $$
            """);

        var ledger = await site.Start(new()
        {
            ["ConnectionStrings__Bridge"] = $"{site.ReaderString};Command Timeout=1",
            ["Bridge__JobQueue"] = "select * from run_ledger_jobs where (select pg_sleep(5)) is null",
            ["Bridge__EventOutbox"] = "select * from writing()",
        });

        await site.Answers(
            "select reason from rejected_observation",
            "event_outbox: it cannot be read: cannot execute INSERT in a read-only transaction (25006)");
        await BridgeSite.Is(ledger, "Degraded");
        Assert.Equal(["0"], await LedgerRows.List(site.Source, "select count(*)::text from event_outbox"));
        await Eventually.Async(
            () => Task.FromResult(
                ledger.Output.Contains("no page is read within 1 s: an index", StringComparison.Ordinal)
                    ? null
                    : "it is not said"),
            TimeSpan.FromSeconds(60),
            () => ledger.Output);
    }
}
