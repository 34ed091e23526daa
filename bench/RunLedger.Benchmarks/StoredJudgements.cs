namespace RunLedger.Benchmarks;

/// <summary>
/// What a ledger with <see cref="StoredRuns"/> has judged and told in five weeks, written without it: an expectation
/// for each of its candidates, whose runs have their slots; rules, incidents and what was told of them; actions of
/// people.
/// </summary>
static class StoredJudgements
{
    /// <summary>An expectation of those.</summary>
    public const string Expectation = "bench-7";

    public static async Task Fill(Servers servers)
    {
        if (await servers.Query<bool>("select exists (select from expectation)"))
            return;
        await servers.Query<object>(
            """
            insert into expectation (name, candidate, cron, zone, grace_seconds, early_seconds, most_runs, armed_at,
              armed_by, heard_until, judged_until)
            select 'bench-' || c, 'PROC-CAND:' || c, '*/15 * * * *', 'Europe/Berlin', 600, 300, 1,
              now() - interval '35 days', 'bench', now(),
              to_timestamp(floor(extract(epoch from now()) / 900) * 900 - 900)
            from generate_series(0, 199) c;
            insert into expected_run (expectation, process_run_id, slot_at, began_at, start_known, near_next, heard_at)
            select e.name, r.process_run_id, to_timestamp(floor(extract(epoch from r.started_at) / 900) * 900),
              r.started_at, true, false, r.created_at
            from expectation e join process_run_observation r on r.process_candidate_code = e.candidate
            where r.created_at >= now() - interval '35 days';
            insert into missed_slot (expectation, slot_at, missed_at)
            select e.name, e.judged_until - n * interval '15 minutes', now()
            from expectation e, generate_series(0, 500) n
            where (n + length(e.name)) % 3 = 0 and not exists (
              select from expected_run r
              where r.expectation = e.name and r.slot_at = e.judged_until - n * interval '15 minutes');

            insert into incident_channel (name, kind, settings, secrets, put_at, put_by)
            values ('bench', 'webhook', '{}', '{"address": "https://example.com/in"}', now(), 'bench');
            insert into incident_rule (name, candidate, condition, hold_seconds, armed_at, armed_by, alike)
            select condition || '-' || n, case n when 0 then '*' when 1 then 'PROC-CAND:*' else 'PROC-CAND:?' || n end,
              condition, 60, now() - interval '35 days', 'bench', condition || n
            from unnest(array['failed', 'stuck', 'orphan', 'missed', 'slow']) condition, generate_series(0, 9) n;
            insert into incident_rule_channel select name, 'bench' from incident_rule;
            insert into incident (incident_id, rule, condition, candidate, began_at, said, groups, told_groups,
              tellings, told_at, told_last_at, recovered_at, done)
            select gen_random_uuid(), rule.name, rule.condition, 'PROC-CAND:' || n % 200, at,
              'A run of PROC-CAND:' || n % 200 || ' failed.', '[]', '[]', 1, at, at,
              case when n >= 200 then at + interval '5 minutes' end, n >= 200
            from generate_series(0, 9999) n
            cross join lateral (select now() - n * interval '5 minutes' as at) a
            cross join lateral (
              select name, condition from incident_rule order by name offset n / 200 % 50 limit 1) rule;
            insert into incident_delivery (delivery_id, incident_id, channel, chain, kind, body, created_at, due_at,
              tried, delivered_at)
            select gen_random_uuid(), incident_id, 'bench', incident_id, kind, '{}', began_at, began_at, 1, began_at
            from incident, unnest(array['opened', 'recovered']) kind where done or kind = 'opened'
            order by began_at;

            insert into unlike_run (process_run_id, component_run_id, kind, candidate, usual_seconds, limit_seconds,
              runs, marked_at)
            select process_run_id, process_run_id, case status when 'started' then 'slow' else 'suspicious' end,
              process_candidate_code, 300, 900, 5000, created_at
            from process_run_observation where status in ('started', 'stuck');
            insert into operator_action (id, at, who, action, subject, outcome)
            select gen_random_uuid(), now() - n * interval '1 minute', 'bench', 'acknowledge', 'bench' || n, 'done'
            from generate_series(1, 100000) n;
            insert into failure_group (fingerprint, acknowledged_at, acknowledged_by, acknowledged_until)
            select md5(n::text), now(), 'bench', now() from generate_series(1, 1000) n;
            select 1
            """);
        foreach (var table in (string[])["expectation", "expected_run", "missed_slot", "incident", "incident_delivery",
            "unlike_run", "operator_action", "failure_group"])
            await servers.Query<object>($"vacuum analyze {table}");
    }
}
