using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Expectations;

/// <summary>The statements by which slots are judged. All are bounded, and by an index.</summary>
static class ExpectationSql
{
    /// <summary>
    /// Every candidate code once, each by one look into the index of codes, however many runs there are.
    /// </summary>
    public const string Codes =
        """
        with recursive codes (code) as (
          select min(process_candidate_code) from process_run_observation
          union all
          select (select min(r.process_candidate_code) from process_run_observation r
            where r.process_candidate_code > codes.code)
          from codes where codes.code is not null)
        select code from codes where code is not null limit @most
        """;

    /// <summary>
    /// Runs without a place, those first that the ledger first heard of. What was committed late, by another replica,
    /// was heard of before what is known: the search goes back, and passes over what has its place.
    /// </summary>
    /// <param name="sql">Where.</param>
    /// <param name="of">What says which runs are meant: their codes, or their ids.</param>
    /// <param name="and">What else is asked of them.</param>
    public static string HeardOf(LedgerSql sql, string of = "process_candidate_code", string and = "") =>
        $"""
         select {HeardRun.Columns}
         from process_run_observation r
         where {sql.IsOneOf($"r.{of}", "@these")} and r.created_at >= @from {and}
           and not exists (
             select 1 from expected_run e where e.expectation = @name and e.process_run_id = r.process_run_id)
         order by r.created_at, r.process_run_id limit @limit
         """;

    public static Task<List<string>> Candidates(LedgerSql sql, int most, CancellationToken cancellationToken) =>
        sql.List(Codes, row => row.GetString(0), cancellationToken, ("most", most));

    public static Task<List<Expectation>> All(LedgerSql sql, CancellationToken cancellationToken) => sql.List(
        $"select {Expectation.Columns} from expectation order by name", Expectation.Read, cancellationToken);

    /// <summary>Null where it is gone, or another replica is at it.</summary>
    public static async Task<Expectation?> Take(LedgerSql sql, string name, CancellationToken cancellationToken) =>
        (await sql.List(
            $"select {Expectation.Columns} from expectation where name = @name {sql.SkipLocked}",
            Expectation.Read, cancellationToken, ("name", name))).FirstOrDefault();

    /// <returns>The first of them, and up to when all were found; null where that is now.</returns>
    public static async Task<(List<HeardRun> Runs, DateTime? Until)> Heard(
        LedgerSql sql, string name, string[] codes, DateTime from, int limit, CancellationToken cancellationToken)
    {
        var heard = await sql.List(
            HeardOf(sql), HeardRun.Read, cancellationToken,
            ("name", name), ("these", codes), ("from", from), ("limit", limit));
        return (heard, heard.Count == limit ? heard[^1].HeardAt : null);
    }

    public static Task<int> Place(
        LedgerSql sql, string name, HeardRun run, SlotPlace? place, CancellationToken cancellationToken) =>
        sql.Run(
            """
            insert into expected_run
              (expectation, process_run_id, slot_at, began_at, start_known, near_next, heard_at)
            values (@name, @run, @slot, @began, @known, @near, @heard)
            on conflict (expectation, process_run_id) do update set slot_at = excluded.slot_at,
              began_at = excluded.began_at, start_known = excluded.start_known, near_next = excluded.near_next
            """,
            cancellationToken,
            ("name", name), ("run", run.Id), ("slot", place?.Slot), ("began", run.BeganAt),
            ("known", run.StartKnown), ("near", place?.NearNext ?? false), ("heard", run.HeardAt));

    /// <summary>False where the slot was not missed, or taken back already.</summary>
    public static async Task<bool> TakeBack(
        LedgerSql sql, string name, DateTime slot, Guid run, DateTime now, CancellationToken cancellationToken) =>
        await sql.Run(
            """
            update missed_slot set came_at = @now, process_run_id = @run
            where expectation = @name and slot_at = @slot and came_at is null
            """,
            cancellationToken, ("name", name), ("slot", slot), ("run", run), ("now", now)) > 0;

    /// <summary>Those of the slots between two that have a run.</summary>
    public static async Task<HashSet<DateTime>> Filled(
        LedgerSql sql, string name, DateTime first, DateTime last, CancellationToken cancellationToken) =>
    [
        .. await sql.List(
            "select distinct slot_at from expected_run "
            + "where expectation = @name and slot_at >= @first and slot_at <= @last",
            row => row.GetTime(0), cancellationToken, ("name", name), ("first", first), ("last", last)),
    ];

    public static Task<int> Miss(
        LedgerSql sql, string name, DateTime slot, DateTime now, CancellationToken cancellationToken) => sql.Run(
        "insert into missed_slot (expectation, slot_at, missed_at) values (@name, @slot, @now)",
        cancellationToken, ("name", name), ("slot", slot), ("now", now));

    public static Task<int> Looked(
        LedgerSql sql, string name, DateTime heard, DateTime judged, CancellationToken cancellationToken) => sql.Run(
        "update expectation set heard_until = @heard, judged_until = @judged where name = @name",
        cancellationToken, ("name", name), ("heard", heard), ("judged", judged));

    /// <summary>What is older, a slice; but the last slot that was judged, whose miss lasts until the next.</summary>
    public static async Task Forget(
        LedgerSql sql, string name, DateTime before, int limit, CancellationToken cancellationToken)
    {
        await sql.Run(
            """
            delete from expected_run where expectation = @name and process_run_id in (
              select process_run_id from expected_run where expectation = @name and heard_at < @before
              order by heard_at limit @limit)
            """,
            cancellationToken, ("name", name), ("before", before), ("limit", limit));
        await sql.Run(
            """
            delete from missed_slot where expectation = @name and slot_at < @before
              and slot_at < (select judged_until from expectation where name = @name)
            """,
            cancellationToken, ("name", name), ("before", before));
    }

    /// <summary>Puts what others are told into the outbox; what is there already is told once.</summary>
    public static Task<int> Tell(LedgerSql sql, ScheduledRow row, CancellationToken cancellationToken) => sql.Run(
        """
        insert into scheduled_message
          (token, due_at, sent_at, run_id, destination, message_types, message_id, headers, content_type, body)
        values (@token, @due, @sent, @chain, @destination, @types, @message, @headers, @type, @body)
        on conflict (token) do nothing
        """,
        cancellationToken,
        ("token", row.Token), ("due", row.DueAt), ("sent", row.SentAt), ("chain", row.RunId),
        ("destination", row.Destination), ("types", row.MessageTypes), ("message", row.MessageId),
        ("headers", new LedgerSql.Json(row.Headers)), ("type", row.ContentType), ("body", row.Body));
}
