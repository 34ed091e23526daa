using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Bridge;

/// <summary>What is in somebody's tables is in the ledger, once, whatever happens to who reads it.</summary>
public sealed class BridgeTests
{
    const string Cursors = "select source || ' ' || transaction || ' ' || row_key from bridge_cursor order by source";

    [Fact]
    public async Task A_job_is_followed_through_its_states_when_its_database_notifies()
    {
        await using var site = await BridgeSite.Create();
        await using var holder = await site.Source.OpenConnectionAsync();
        await using var hold = holder.CreateCommand();
        hold.CommandText = "select pg_advisory_lock(5302120)";
        await hold.ExecuteNonQueryAsync();
        // Found by a poll it would be too late.
        await site.Start(new()
        {
            ["Bridge__Poll"] = "01:00:00",
            ["Bridge__EventOutbox"] =
                "select * from run_ledger_events where (select pg_advisory_xact_lock_shared(5302120)) is not null",
        });
        const string rows =
            "select concat_ws(' ', status, dot_code, queue_job_id, error_ref) from process_component_observation";
        const string run = "select concat_ws(' ', status, correlation_id, process_candidate_code, source_system) "
            + "from process_run_observation";
        const string job = "0194fdc2-fa2f-7cc0-81d3-ff1207450001";

        await site.Execute(
            $"insert into job_queue (id, queue, correlation_id, handler) values ('{job}', 'mail', 'order-1', 'send')");
        await site.Answers(run, "observed order-1 PROC-CAND:queue:mail job_queue");
        await site.Execute("update job_queue set state = 'active', taken_at = clock_timestamp()");
        await site.Answers(rows, $"step_started send {job}");
        await site.Execute("update job_queue set state = 'dropped', finished_at = clock_timestamp()");
        await site.Answers(rows, $"cancelled send {job}");

        // The page of events that is read has its snapshot, so that this is for the next one.
        await site.Sessions(1, "wait_event_type = 'Lock'");
        await site.Execute("insert into event_outbox (event_type, correlation_id, process) "
            + "values ('process.cancelled', 'order-1', 'mail')");
        hold.CommandText = "select pg_advisory_unlock(5302120)";
        await hold.ExecuteNonQueryAsync();
        await site.Answers(run, "cancelled order-1 PROC-CAND:queue:mail job_queue");

        // And the sessions that come after these are notified again.
        await site.Execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
            + "and application_name = 'run-ledger-bridge'");
        await site.Sessions(2, "wait_event = 'ClientRead' and query not like 'listen%'");
        await site.Execute("insert into event_outbox (event_type, correlation_id, process, occurred_at) "
            + "values ('process.failed', 'order-1', 'mail', '2026-01-01')");
        await site.Answers(run, "failed order-1 PROC-CAND:queue:mail job_queue");

        // A job of nobody's run is one.
        await site.Execute(
            """
            insert into job_queue (id, queue, state, handler, created_at, taken_at, finished_at)
              values ('0194fdc2-fa2f-7cc0-81d3-ff1207450004', 'mail', 'done', 'send', '2026-01-01 00:00Z',
                '2026-01-01 00:01Z', '2026-01-01 00:03Z')
            """);
        await site.Answers(
            """
            select concat_ws(' ', r.status, c.status, c.dot_code, r.ended_at - r.started_at)
            from process_run_observation r join process_component_observation c using (process_run_id)
            where r.correlation_id = '0194fdc2-fa2f-7cc0-81d3-ff1207450004'
            """,
            "completed step_completed send 00:02:00");
        Assert.Empty(await LedgerRows.Rejected(site.Ledger.Database));
    }

    [Fact]
    public async Task What_the_last_attempt_comes_to_is_what_the_job_comes_to()
    {
        await using var site = await BridgeSite.Create();
        await site.Start();
        const string runs = "select concat_ws(' ', substr(process_candidate_code, 17), status, "
            + "evidence_ref ->> 'attempt', evidence_ref -> 'attempts' -> 0 ->> 'status', error_ref, "
            + "evidence_ref ->> 'conflicts', evidence_ref ->> 'warnings') from process_run_observation "
            + "order by process_candidate_code";
        const string components = "select concat_ws(' ', dot_code, status, split_part(error_ref, ',', 1)) "
            + "from process_component_observation order by dot_code, started_at";

        await site.Execute(
            """
            insert into job_queue (id, queue, handler) values
              ('0194fdc2-fa2f-7cc0-81d3-ff1207450011', 'mended', 'mend'),
              ('0194fdc2-fa2f-7cc0-81d3-ff1207450012', 'plain', 'once'),
              ('0194fdc2-fa2f-7cc0-81d3-ff1207450013', 'stolen', 'take')
            """);
        await site.Answers(runs, "mended observed", "plain observed", "stolen observed");
        await site.Execute("update job_queue set state = 'active', taken_at = clock_timestamp()");
        await site.Answers(runs, "mended step_started", "plain step_started", "stolen step_started");
        await site.Execute(
            """
            update job_queue set state = 'error', error = 'boom', finished_at = clock_timestamp() where queue = 'mended';
            update job_queue set state = 'done', finished_at = clock_timestamp() where queue = 'plain';
            update job_queue set state = 'waiting', attempt = 2, taken_at = null where queue = 'stolen'
            """);
        await site.Answers(runs, "mended failed boom", "plain completed", "stolen observed 2");
        await site.Execute(
            """
            update job_queue set state = 'active', attempt = 2, error = null, finished_at = null,
              taken_at = clock_timestamp() where queue <> 'plain'
            """);
        await site.Answers(runs, "mended step_started 2 failed", "plain completed", "stolen step_started 2");
        await site.Execute(
            "update job_queue set state = 'done', finished_at = clock_timestamp() where queue <> 'plain'");

        await site.Answers(runs, "mended completed 2 failed", "plain completed", "stolen completed 2");
        await site.Answers(
            components,
            "mend failed boom",
            "mend step_completed",
            "once step_completed",
            "take cancelled attempt 2 took its place",
            "take step_completed");
        Assert.Empty(await LedgerRows.Rejected(site.Ledger.Database));
    }

    [Fact]
    public async Task What_commits_late_with_lower_ids_is_not_passed_over()
    {
        await using var site = await BridgeSite.Create();
        await site.Start();
        await site.Execute(
            "insert into event_outbox (event_type, correlation_id, process) "
            + "select 'process.started', 'first-' || n, 'shop' from generate_series(1, 3) n");
        const string runs = "select correlation_id from process_run_observation order by 1";
        await site.Answers(runs, "first-1", "first-2", "first-3");

        await using (var late = await site.Source.OpenConnectionAsync())
        await using (var transaction = await late.BeginTransactionAsync())
        {
            // In a savepoint too, whose rows have a transaction of their own.
            await using var insert = late.CreateCommand();
            insert.CommandText =
                """
                insert into event_outbox (event_type, correlation_id, process)
                  values ('process.started', 'late-1', 'shop');
                savepoint here;
                insert into job_queue (id, queue, correlation_id)
                  values ('0194fdc2-fa2f-7cc0-81d3-ff1207450002', 'shop', 'late-2');
                release savepoint here
                """;
            await insert.ExecuteNonQueryAsync();
            await site.Execute(
                """
                insert into event_outbox (event_type, correlation_id, process)
                  values ('process.started', 'quick-1', 'shop');
                insert into job_queue (id, queue, correlation_id)
                  values ('0194fdc2-fa2f-7cc0-81d3-ff1207450003', 'shop', 'quick-2')
                """);
            // Each of its two sessions has looked since, and more than once.
            var committed = (await LedgerRows.List(site.Source, "select clock_timestamp()::text"))[0];
            for (var look = 0; look < 2; look++)
            {
                await site.Sessions(2, $"state = 'idle' and query_start > '{committed}'");
                committed = (await LedgerRows.List(site.Source, "select clock_timestamp()::text"))[0];
            }

            await transaction.CommitAsync();
        }

        await site.Answers(runs, "first-1", "first-2", "first-3", "late-1", "late-2", "quick-1", "quick-2");
        Assert.Equal(
            ["late-1 before quick-1"],
            await LedgerRows.List(
                site.Source,
                "select string_agg(correlation_id, ' before ' order by id) from event_outbox "
                + "where correlation_id in ('late-1', 'quick-1')"));
    }

    [Fact]
    public async Task Replicas_share_the_rows_and_one_that_is_killed_in_mid_read_loses_and_doubles_nothing()
    {
        const int Runs = 400;
        await using var site = await BridgeSite.Create();
        await site.Fill(Runs);
        var small = new Dictionary<string, string> { ["Bridge__PageSize"] = "60" };
        // What a page says is confirmed by the broker, and its cursor has not moved.
        await using var gate = await Gate.Close(
            site.Ledger.Database,
            "after update on bridge_cursor for each row",
            "new.source = 'job_queue' and old.row_key <> ''");
        var first = await site.Start(Gate.Patient(site.Ledger, small));
        await gate.Holds(1, () => site.Ledger.Output);
        // One that finds it read by another does not wait for its next poll.
        await site.Start(new(small) { ["Bridge__Poll"] = "01:00:00" });
        await site.Sessions(4, "true");

        await first.Kill();
        await gate.Open();

        await site.IsFollowed();
        var end = await site.Ledger.List(Cursors);
        Assert.Equal(2, end.Count);

        // And so does reading all of it again; the second time as of a server that has not had so many transactions.
        foreach (var forget in (string[])["delete from bridge_cursor",
            "update bridge_cursor set transaction = 1000000000000000"])
        {
            await using (var again = site.Ledger.Database.CreateCommand(forget))
                await again.ExecuteNonQueryAsync();
            await site.Execute("notify run_ledger_bridge");
            await site.Answers(Cursors, [.. end]);
        }

        await site.Ledger.Stop();
        await (await site.Ledger.Start()).Stop();
        await site.IsFollowed();
    }

    [Fact]
    public async Task A_database_that_goes_away_delays_and_health_says_so()
    {
        var postgres = await OwnPostgres.Create();
        await using var site = await BridgeSite.Create(postgres);
        await site.Fill(10);
        var ledger = await site.Start();
        await site.IsFollowed();
        await BridgeSite.Is(ledger, "Healthy");

        await postgres.Stop();
        await BridgeSite.Is(ledger, "Degraded");
        await postgres.Start();

        await BridgeSite.Is(ledger, "Healthy");
        site.Source.Clear();
        await site.Execute("truncate job_queue, event_outbox");
        await site.Fill(20);
        await site.Answers("select count(*)::text from process_run_observation where status = 'completed'", "20");
        Assert.Empty(await LedgerRows.Rejected(site.Ledger.Database));
    }
}
