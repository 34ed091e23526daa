using Npgsql;
using RunLedger.Scheduling;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>The statements over <c>scheduled_message</c>. Rows travel as arrays, one per column.</summary>
static class ScheduleSql
{
    /// <summary>
    /// $1 now, $2 limit, $3 tokens of recurring messages, $4 who waits. In index order; a run is taken by its first
    /// message that is due, whose lock keeps other dispatchers from the run until it is deleted.
    /// </summary>
    public const string Heads =
        $"""
         select {ScheduledRow.Columns} from scheduled_message m
         where cancelled_at is null and not paused and due_at <= $1
           and (repeat_every is null or token = any ($3)) and coalesce(run_id, token) <> all ($4)
           and (run_id is null or not exists (
             select from scheduled_message e
             where e.run_id = m.run_id and e.position < m.position and e.due_at <= $1 and e.cancelled_at is null))
         order by due_at, position limit $2
         for update skip locked
         """;

    /// <summary>$1 runs, $2 now, $3 limit, $4 tokens that are claimed.</summary>
    const string Followers =
        $"""
         select {ScheduledRow.Columns} from scheduled_message
         where run_id = any ($1) and run_id is not null and cancelled_at is null and due_at <= $2 and token <> all ($4)
         order by run_id, position limit $3
         for update skip locked
         """;

    public const string Next =
        """
        select due_at from scheduled_message
        where cancelled_at is null and not paused
          and (repeat_every is null or token = any ($1)) and coalesce(run_id, token) <> all ($2)
        order by due_at, position limit 1
        """;

    /// <summary>
    /// For the claim's transaction. The table is all but empty most of the time: a plan that was made and kept then
    /// reads the whole table once for each message when many wait, and none is sent for minutes.
    /// </summary>
    static readonly string Planning =
        $"""
         select {TransactionLimits.SqlOf(TransactionLimits.Working)},
           set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true),
           set_config('enable_bitmapscan', 'off', true)
         """;

    public static NpgsqlBatchCommand PlanningOf() => Command(Planning);

    public static NpgsqlBatchCommand HeadsOf(DateTime now, int limit, ClaimFilter which) =>
        Command(Heads, Of(now), Of(limit), BatchWrite.Of(which.Recurring), BatchWrite.Of(which.Waiting));

    public static NpgsqlBatchCommand FollowersOf(Guid[] runs, DateTime now, int limit, Guid[] claimed) =>
        Command(Followers, BatchWrite.Of(runs), Of(now), Of(limit), BatchWrite.Of(claimed));

    /// <summary>
    /// Stores rows, positions in their order. A row takes the place of another with its token, and of a cancellation
    /// that is older than it; a newer cancellation stands, and a newer pause. A schedule whose times are as before
    /// keeps what it is due for, so that a service that says its schedules at each start skips and repeats none.
    /// </summary>
    public static void Add(NpgsqlBatch batch, IReadOnlyCollection<ScheduledRow> rows)
    {
        if (rows.Count == 0)
            return;
        BatchWrite.Run(
            batch,
            """
            insert into scheduled_message as s
              (token, due_at, sent_at, run_id, destination, message_types, message_id, headers, content_type, body,
               schedule)
            select token, due_at, sent_at, run_id, destination, message_types, message_id,
              headers::jsonb, content_type, body, schedule::jsonb
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) with ordinality r
              (token, due_at, sent_at, run_id, destination, message_types, message_id, headers, content_type, body,
               schedule, n)
            order by n
            on conflict (token) do update set
              due_at = case
                when s.schedule ->> 'cron' = excluded.schedule ->> 'cron'
                  and s.schedule ->> 'zone' is not distinct from excluded.schedule ->> 'zone'
                  and (excluded.schedule ->> 'start')::timestamptz <= excluded.sent_at
                then least(s.due_at, excluded.due_at) else excluded.due_at end,
              paused = s.paused and s.paused_at > excluded.sent_at,
              sent_at = excluded.sent_at, run_id = excluded.run_id,
              destination = excluded.destination, message_types = excluded.message_types,
              message_id = excluded.message_id, headers = excluded.headers, content_type = excluded.content_type,
              body = excluded.body, schedule = excluded.schedule, cancelled_at = null
            where s.cancelled_at is null or s.cancelled_at < excluded.sent_at
            """,
            Column(rows, r => r.Token), Column(rows, r => r.DueAt), Column(rows, r => r.SentAt),
            Column(rows, r => r.RunId), Column(rows, r => r.Destination), Column(rows, r => r.MessageTypes),
            Column(rows, r => r.MessageId), Column(rows, r => r.Headers), Column(rows, r => r.ContentType),
            Column(rows, r => r.Body), Column(rows, r => r.Schedule));
    }

    /// <summary>
    /// Deletes what is there. What is not yet there is cancelled beforehand, also when it comes while we look for it:
    /// then the insert meets it.
    /// </summary>
    public static void Cancel(NpgsqlBatch batch, IReadOnlyCollection<ScheduleCancellation> cancelled, DateTime now)
    {
        if (cancelled.Count == 0)
            return;
        BatchWrite.Run(
            batch,
            """
            with gone as (
              delete from scheduled_message where token = any ($1) and cancelled_at is null returning token)
            insert into scheduled_message (token, due_at, sent_at, cancelled_at)
            select token, $3, at, at from unnest($1, $2) c(token, at)
            where token not in (select token from gone) order by token
            on conflict (token) do update set
              due_at = excluded.due_at, sent_at = excluded.sent_at, cancelled_at = excluded.cancelled_at, run_id = null,
              body = ''
            """,
            Column(cancelled, c => c.Token), Column(cancelled, c => c.At), Of(now + ScheduleCancellation.Patience));
    }

    /// <summary>
    /// The latest of what was said of a schedule counts. What comes before its schedule waits for it, as a cancellation
    /// that is older than every message.
    /// </summary>
    public static void Pause(NpgsqlBatch batch, IReadOnlyCollection<SchedulePause> paused, DateTime now)
    {
        if (paused.Count == 0)
            return;
        BatchWrite.Run(
            batch,
            """
            insert into scheduled_message as s (token, due_at, sent_at, cancelled_at, paused, paused_at)
            select token, $4, at, '-infinity', paused, at from unnest($1, $2, $3) p(token, paused, at) order by token
            on conflict (token) do update set paused = excluded.paused, paused_at = excluded.paused_at
            where (s.cancelled_at is not null or s.sent_at <= excluded.paused_at)
              and (s.paused_at is null or s.paused_at <= excluded.paused_at)
            """,
            Column(paused, p => p.Token), Column(paused, p => p.Paused), Column(paused, p => p.At),
            Of(now + SchedulePause.Patience));
    }

    public static void Settle(NpgsqlBatch batch, ClaimResult result)
    {
        if (result.Gone.Count > 0)
            BatchWrite.Run(batch, "delete from scheduled_message where token = any ($1)", Column(result.Gone, t => t));
        if (result.Moved.Count > 0)
        {
            BatchWrite.Run(
                batch,
                "update scheduled_message s set due_at = m.due_at from unnest($1, $2) m(token, due_at) "
                + "where s.token = m.token",
                Column(result.Moved, m => m.Token),
                Column(result.Moved, m => m.DueAt));
        }

        BatchWrite.Reject(batch, result.Rejected);
    }

    public static void Register(NpgsqlBatch batch, IReadOnlyCollection<ScheduledRow> recurring) => BatchWrite.Run(
        batch,
        """
        insert into scheduled_message as s (token, due_at, sent_at, destination, repeat_every)
        select * from unnest($1, $2, $3, $4, $5) r(token) order by token
        on conflict (token) do update set
          due_at = case when s.repeat_every = excluded.repeat_every then s.due_at else least(s.due_at,
            excluded.due_at) end,
          destination = excluded.destination, repeat_every = excluded.repeat_every
        where (s.repeat_every, s.destination) is distinct from (excluded.repeat_every, excluded.destination)
        """,
        Column(recurring, r => r.Token), Column(recurring, r => r.DueAt), Column(recurring, r => r.SentAt),
        Column(recurring, r => r.Destination), Column(recurring, r => r.RepeatEvery));

    static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    static NpgsqlParameter Column<TRow, T>(IReadOnlyCollection<TRow> rows, Func<TRow, T> value) =>
        BatchWrite.Of(rows.Select(value).ToArray());
}
