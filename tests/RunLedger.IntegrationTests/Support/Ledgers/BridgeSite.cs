using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>A ledger, and somebody else's database with the two tables of the examples.</summary>
sealed class BridgeSite : IAsyncDisposable
{
    /// <summary>The login, and its password.</summary>
    public const string Reader = "run_ledger_test_reader";

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    readonly IAsyncDisposable _owner;

    BridgeSite(LedgerSite ledger, string source, IAsyncDisposable owner)
    {
        Ledger = ledger;
        SourceString = source;
        Source = NpgsqlDataSource.Create(source);
        _owner = owner;
    }

    public LedgerSite Ledger { get; }

    /// <summary>The other database, as its owner has it.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Of who may read the two views, and nothing else.</summary>
    public string ReaderString =>
        new NpgsqlConnectionStringBuilder(SourceString) { Username = Reader, Password = Reader }.ConnectionString;

    string SourceString { get; }

    /// <summary>With the source on a server of its own where it is given.</summary>
    public static async Task<BridgeSite> Create(OwnPostgres? server = null)
    {
        // First the ledger's: it makes the login.
        var ledger = await LedgerSite.Create();
        BridgeSite site;
        if (server is null)
        {
            var database = await TestDatabase.Create();
            site = new(ledger, database.ConnectionString, database);
        }
        else
        {
            site = new(ledger, server.ConnectionString, server);
        }

        foreach (var example in (string[])["job_queue", "event_outbox"])
            await site.Execute(QueueLife.Text($"examples/{example}.sql"));

        await Admit(site.Source, "select on run_ledger_jobs, run_ledger_events");
        return site;
    }

    /// <summary>Grants what is named to who reads, and makes that login first.</summary>
    public static async Task Admit(NpgsqlDataSource source, string granted)
    {
        // Roles are the server's, so only one at a time makes them. The owner is a member, or it would not see the
        // sessions of it.
        await using var command = source.CreateCommand(
            $"""
            select pg_advisory_xact_lock(5302117);
            do $$ begin
              if not exists (select from pg_roles where rolname = '{Reader}') then
                create role {Reader} login password '{Reader}';
              end if;
              if not pg_has_role('{Reader}', 'usage') then
                grant {Reader} to current_user;
              end if;
            end $$;
            grant {granted} to {Reader}
            """);
        await command.ExecuteNonQueryAsync();
    }

    public Task<LedgerProcess> Start(Dictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>
        {
            ["ConnectionStrings__Bridge"] = ReaderString,
            ["Bridge__JobQueue"] = "run_ledger_jobs",
            ["Bridge__EventOutbox"] = "run_ledger_events",
            ["Bridge__Poll"] = "00:00:00.100",
        };
        foreach (var (name, value) in settings ?? [])
            all[name] = value;
        return Ledger.Start(all);
    }

    public async Task Execute(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// So many runs that came to their end, each with two jobs, of which one failed first where it says so.
    /// </summary>
    public Task Fill(int runs) => Execute(
        $"""
        insert into event_outbox (event_type, correlation_id, process, occurred_at)
          select 'process.started', 'order-' || n, 'shop', now() - interval '1 hour' from generate_series(1, {runs}) n;
        insert into job_queue (id, queue, correlation_id, state, handler, error, created_at, taken_at, finished_at)
          select gen_random_uuid(), 'shop', 'order-' || n, case when n % 7 = 0
            and j = 2 then 'error' else 'done' end, 'step_' || j,
            case when n % 7 = 0 and j = 2 then 'no room' end,
            now() - interval '59 minutes', now() - interval '58 minutes', now() - interval '57 minutes'
          from generate_series(1, {runs}) n, generate_series(1, 2) j;
        insert into event_outbox (event_type, correlation_id, process, occurred_at)
          select 'process.finished', 'order-' || n, 'shop', now() - interval '50 minutes'
            from generate_series(1, {runs}) n
        """);

    /// <summary>
    /// The ledger says of every job and its run what the source says, and nothing else, and rejected nothing.
    /// </summary>
    public Task IsFollowed() => Eventually.Async(
        async () =>
        {
            var expected = await LedgerRows.List(
                Source,
                """
                select concat_ws(' ', j.id, case j.state when 'done' then 'step_completed' else 'failed' end, j.handler,
                  j.error, 'job_queue',
                  j.correlation_id, 'completed', 'PROC-CAND:queue:' || j.queue, extract(epoch from j.taken_at),
                    extract(epoch from j.finished_at),
                  extract(epoch from s.occurred_at), extract(epoch from f.occurred_at))
                from job_queue j
                join event_outbox s on s.correlation_id = j.correlation_id and s.event_type = 'process.started'
                join event_outbox f on f.correlation_id = j.correlation_id and f.event_type = 'process.finished'
                order by j.id
                """);
            var actual = await Ledger.List(
                """
                select concat_ws(' ', c.queue_job_id, c.status, c.dot_code, c.error_ref, c.source_system,
                  c.correlation_id, r.status,
                  r.process_candidate_code, extract(epoch from c.started_at), extract(epoch from c.ended_at),
                  extract(epoch from r.started_at), extract(epoch from r.ended_at),
                  c.evidence_ref ->> 'conflicts', r.evidence_ref ->> 'conflicts')
                from process_component_observation c join process_run_observation r using (process_run_id)
                order by c.queue_job_id
                """);
            var runs = (await Ledger.List("select count(*)::text from process_run_observation"))[0];
            var wanted =
                (await LedgerRows.List(Source, "select count(distinct correlation_id)::text from event_outbox"))[0];
            Assert.Empty(await LedgerRows.Rejected(Ledger.Database));
            return actual.SequenceEqual(expected) && runs == wanted
                ? null
                : $"{actual.Count} of {expected.Count} jobs, {runs} of {wanted} runs\n"
                    + $"missing: {expected.Except(actual).FirstOrDefault()}\n"
                    + $"wrong: {actual.Except(expected).FirstOrDefault()}";
        },
        Limit,
        () => Ledger.Output);

    /// <summary>So many sessions of bridges are there, in this state.</summary>
    public Task Sessions(int count, string condition) => Eventually.Async(
        async () =>
        {
            var sessions = await LedgerRows.List(
                Source,
                "select concat_ws(' ', state, wait_event, query) from pg_stat_activity "
                    + $"where datname = current_database() and application_name = 'run-ledger-bridge' and {condition}");
            return sessions.Count == count
                ? null
                : $"{sessions.Count} of {count} sessions\n{string.Join('\n', sessions)}";
        },
        Limit,
        () => Ledger.Output);

    /// <summary>A query of the ledger's database answers this, in a while.</summary>
    public Task Answers(string sql, params string[] expected) => Eventually.Async(
        async () =>
            await Ledger.List(sql) is var actual && actual.SequenceEqual(expected) ? null : string.Join('\n', actual),
        Limit,
        () => Ledger.Output);

    public static Task Is(LedgerProcess ledger, string health) => Eventually.Async(
        async () => await ledger.Get("/health/ready") is var (_, body) && body == health ? null : $"it is {body}",
        Limit,
        () => ledger.Output);

    public async ValueTask DisposeAsync()
    {
        await Ledger.DisposeAsync();
        await Source.DisposeAsync();
        await _owner.DisposeAsync();
    }
}
