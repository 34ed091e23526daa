using System.Globalization;
using Microsoft.Data.Sqlite;
using RunLedger.Folding;
using RunLedger.Scheduling;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>The statements over <c>scheduled_message</c> in SQLite's words; what they do, PostgreSQL's say.</summary>
static class ScheduleSql
{
    /// <summary>$now, $limit; $recurring, $waiting and $claimed are JSON arrays of ids.</summary>
    public const string Heads =
        $"""
         select {ScheduledRow.Columns} from scheduled_message m
         where cancelled_at is null and not paused and due_at <= $now
           and (repeat_every is null or token in (select value from json_each($recurring)))
           and coalesce(run_id, token) not in (select value from json_each($waiting))
           and token not in (select value from json_each($claimed))
           and (run_id is null or not exists (
             select 1 from scheduled_message e
             where e.run_id = m.run_id and e.position < m.position and e.due_at <= $now and e.cancelled_at is null))
         order by due_at, position limit $limit
         """;

    /// <summary>$runs is a JSON array of runs.</summary>
    public const string Followers =
        $"""
         select {ScheduledRow.Columns} from scheduled_message
         where run_id in (select value from json_each($runs)) and cancelled_at is null and due_at <= $now
           and token not in (select value from json_each($claimed))
         order by run_id, position limit $limit
         """;

    public const string Next =
        """
        select due_at from scheduled_message
        where cancelled_at is null and not paused
          and (repeat_every is null or token in (select value from json_each($recurring)))
          and coalesce(run_id, token) not in (select value from json_each($waiting))
        order by due_at, position limit 1
        """;

    public static void Add(SqliteCommands commands, IReadOnlyCollection<ScheduledRow> rows)
    {
        foreach (var row in rows)
        {
            commands.Run(
                """
                insert into scheduled_message
                  (token, due_at, sent_at, run_id, destination, message_types, message_id, headers, content_type, body,
                   schedule)
                values ($token, $due, $sent, $run, $destination, $types, $message, $headers, $type, $body, $schedule)
                on conflict (token) do update set
                  due_at = case
                    when schedule ->> 'cron' = excluded.schedule ->> 'cron'
                      and schedule ->> 'zone' is excluded.schedule ->> 'zone'
                      and excluded.schedule ->> 'start' <= excluded.sent_at
                    then min(due_at, excluded.due_at) else excluded.due_at end,
                  paused = paused and paused_at > excluded.sent_at,
                  sent_at = excluded.sent_at, run_id = excluded.run_id,
                  destination = excluded.destination, message_types = excluded.message_types,
                  message_id = excluded.message_id, headers = excluded.headers, content_type = excluded.content_type,
                  body = excluded.body, schedule = excluded.schedule, cancelled_at = null
                where cancelled_at is null or cancelled_at < excluded.sent_at
                """,
                ("$token", row.Token.ToString()), ("$due", LedgerTime.Text(row.DueAt)),
                ("$sent", LedgerTime.Text(row.SentAt)),
                ("$run", row.RunId?.ToString()), ("$destination", row.Destination), ("$types", row.MessageTypes),
                ("$message", row.MessageId?.ToString()), ("$headers", row.Headers), ("$type", row.ContentType),
                ("$body", row.Body), ("$schedule", row.Schedule));
        }
    }

    public static void Cancel(
        SqliteCommands commands, IReadOnlyCollection<ScheduleCancellation> cancelled, DateTime now)
    {
        foreach (var (token, at) in cancelled)
        {
            var gone = commands.Run(
                "delete from scheduled_message where token = $token and cancelled_at is null",
                ("$token", token.ToString()));
            if (gone > 0)
                continue;
            commands.Run(
                """
                insert into scheduled_message (token, due_at, sent_at, cancelled_at) values ($token, $forget, $at, $at)
                on conflict (token) do update set
                  due_at = excluded.due_at, sent_at = excluded.sent_at, cancelled_at = excluded.cancelled_at
                """,
                ((string Name, object? Value))("$token", token.ToString()),
                ((string Name, object? Value))("$forget", LedgerTime.Text(now + ScheduleCancellation.Patience)),
                ((string Name, object? Value))("$at", LedgerTime.Text(at)));
        }
    }

    public static void Pause(SqliteCommands commands, IReadOnlyCollection<SchedulePause> paused, DateTime now)
    {
        foreach (var pause in paused)
        {
            commands.Run(
                """
                insert into scheduled_message (token, due_at, sent_at, cancelled_at, paused, paused_at)
                values ($token, $forget, $at, '0001-01-01T00:00:00.000000Z', $paused, $at)
                on conflict (token) do update set paused = excluded.paused, paused_at = excluded.paused_at
                where (cancelled_at is not null or sent_at <= excluded.paused_at)
                  and (paused_at is null or paused_at <= excluded.paused_at)
                """,
                ("$token", pause.Token.ToString()), ("$forget", LedgerTime.Text(now + SchedulePause.Patience)),
                ("$at", LedgerTime.Text(pause.At)), ("$paused", pause.Paused));
        }
    }

    public static void Settle(
        SqliteCommands commands, LeafList? leaves, List<ScheduledRow> claimed, ClaimResult result)
    {
        // Another may have taken its place while it was sent: no lock held it.
        var sent = claimed.ToDictionary(row => row.Token, row => row.SentAt);
        foreach (var token in result.Gone)
        {
            commands.Run(
                "delete from scheduled_message where token = $token and sent_at = $sent",
                ("$token", token.ToString()), ("$sent", LedgerTime.Text(sent[token])));
        }

        foreach (var (token, due) in result.Moved)
        {
            commands.Run(
                "update scheduled_message set due_at = $due where token = $token and sent_at = $sent",
                ("$token", token.ToString()), ("$due", LedgerTime.Text(due)), ("$sent", LedgerTime.Text(sent[token])));
        }

        commands.Reject(leaves, result.Rejected);
    }

    public static void Register(SqliteCommands commands, ScheduledRow row) => commands.Run(
        """
        insert into scheduled_message (token, due_at, sent_at, destination, repeat_every)
        values ($token, $due, $sent, $destination, $every)
        on conflict (token) do update set
          due_at = case when repeat_every = excluded.repeat_every then due_at else min(due_at, excluded.due_at) end,
          destination = excluded.destination, repeat_every = excluded.repeat_every
        """,
        ("$token", row.Token.ToString()), ("$due", LedgerTime.Text(row.DueAt)), ("$sent", LedgerTime.Text(row.SentAt)),
        ("$destination", row.Destination), ("$every", row.RepeatEvery!.Value.Ticks / TimeSpan.TicksPerMicrosecond));
}
