using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Unlike;

/// <summary>The statements about durations and what is unlike them. All are bounded, and by an index.</summary>
static class UnlikeSql
{
    /// <summary>The name by which others know a component.</summary>
    public const string ComponentName = "coalesce(c.dot_code, c.event_code, c.component_role)";

    const int ComponentsOfPage = 10_000;

    /// <summary>Of the runs of one slice together: more than that nobody could hold in memory.</summary>
    const int MostComponents = 200_000;

    static readonly string Ended = RunStatusText.SqlOf(status => status.EndsRun);
    static readonly string OpenComponent = RunStatusText.SqlOf(status => status.IsOpenComponent);

    /// <summary>
    /// Runs in the order in which they were settled, and whether they are to be counted: what ended well, once.
    /// </summary>
    public static readonly string Settled =
        $"""
         select r.process_run_id, r.settled_at, r.process_candidate_code, r.started_at, r.ended_at,
           case when r.status = '{RunStatus.Completed.Text()}' and n.process_run_id is null then 1 else 0 end
         from (
           select * from process_run_observation
           where (settled_at, process_run_id) > (@at, @id) and settled_at <= @until
           order by settled_at, process_run_id limit @limit) r
         left join counted_run n on n.process_run_id = r.process_run_id
         order by r.settled_at, r.process_run_id
         """;

    /// <summary>The newest open runs of a status that started before a time.</summary>
    public static string Open(RunStatus status) =>
        $"""
         select process_run_id, process_candidate_code, started_at, created_at from process_run_observation
         where status = '{status.Text()}' and (created_at, process_run_id) < (@at, @id)
         order by created_at desc, process_run_id desc limit @limit
         """;

    /// <summary>What is slow now, the newest first.</summary>
    public static readonly string Slow =
        $"""
         select {UnlikeMark.Columns}, coalesce(c.started_at, r.started_at)
         from unlike_run m
         join process_run_observation r on r.process_run_id = m.process_run_id and r.status not in ({Ended})
         left join process_component_observation c on c.component_run_id = m.component_run_id
         where m.kind = 'slow' and (m.component is null or c.status in ({OpenComponent}))
           and coalesce(c.started_at, r.started_at) is not null
         order by m.marked_at desc, m.process_run_id, m.component_run_id limit @most
         """;

    /// <summary>How many runs are slow now, or have a component that is.</summary>
    public static readonly string CountSlow =
        $"""
         select count(distinct s.process_run_id) from (
           select m.process_run_id from unlike_run m
           join process_run_observation r on r.process_run_id = m.process_run_id and r.status not in ({Ended})
           where m.kind = 'slow' limit @most) s
         """;

    /// <summary>Slow marks of what is not open any more, a slice.</summary>
    static readonly string ForgetEnded =
        $"""
         delete from unlike_run where kind = 'slow' and (process_run_id, component_run_id) in (
           select m.process_run_id, m.component_run_id from unlike_run m
           left join process_run_observation r on r.process_run_id = m.process_run_id and r.status not in ({Ended})
           left join process_component_observation c on c.component_run_id = m.component_run_id
           where m.kind = 'slow' and (r.process_run_id is null
             or (m.component is not null and coalesce(c.status, '') not in ({OpenComponent})))
           limit @limit)
         """;

    public static string Components(LedgerSql sql, string statuses) =>
        $"""
         select c.process_run_id, c.component_run_id, {ComponentName}, c.started_at, c.ended_at
         from process_component_observation c
         where {sql.IsOneOf("c.process_run_id", "@runs")} and c.status in ({statuses}) and c.started_at is not null
           and {ComponentName} is not null
           and (c.process_run_id, c.component_run_id) > (@afterRun, @afterPart)
         order by c.process_run_id, c.component_run_id limit @most
         """;

    /// <summary>
    /// Components of runs that have a name and a start, all of them, however many: a page at a time, so that none is
    /// cut off by those before it.
    /// </summary>
    public static async Task<List<T>> AllComponents<T>(
        LedgerSql sql,
        Guid[] runs,
        string statuses,
        Func<StoredRow, (Guid Run, Guid Part, T One)> read,
        CancellationToken cancellationToken)
    {
        var all = new List<T>();
        for (var (run, part) = (Guid.Empty, Guid.Empty); ;)
        {
            var page = await sql.List(
                Components(sql, statuses), read, cancellationToken,
                ("runs", runs), ("afterRun", run), ("afterPart", part), ("most", ComponentsOfPage));
            all.AddRange(page.Select(one => one.One));
            if (page.Count < ComponentsOfPage || all.Count >= MostComponents)
                return all;
            (run, part, _) = page[^1];
        }
    }

    /// <summary>The versions of runs, where they say one.</summary>
    public static async Task<Dictionary<Guid, string?>> Versions(
        LedgerSql sql,
        IReadOnlyCollection<Guid> runs,
        CancellationToken cancellationToken,
        string table = "process_run_observation") => runs.Count == 0 ? []
        : (await sql.List(
            $"""
             select r.process_run_id, {RunVersion.Sql(sql, "r")} from {table} r
             where {sql.IsOneOf("r.process_run_id", "@runs")}
             """,
            row => (Id: row.GetGuid(0), Version: RunVersion.Text(row.TextAt(1))), cancellationToken,
            ("runs", runs.ToArray()))).ToDictionary(run => run.Id, run => run.Version);

    /// <summary>Puts marks down; what is there already stays as it was put.</summary>
    public static async Task Mark(
        LedgerSql sql, IEnumerable<UnlikeMark> marks, CancellationToken cancellationToken)
    {
        foreach (var mark in marks)
        {
            await sql.Run(
                """
                insert into unlike_run (process_run_id, component_run_id, kind, candidate, component, version,
                  usual_seconds, limit_seconds, runs, marked_at)
                values (@run, @part, @kind, @candidate, @component, @version, @usual, @limit, @runs, @at)
                on conflict (process_run_id, component_run_id, kind) do nothing
                """,
                cancellationToken,
                ("run", mark.RunId), ("part", mark.ComponentRunId), ("kind", mark.Kind.Text()),
                ("candidate", mark.Candidate), ("component", mark.Component), ("version", mark.Version),
                ("usual", mark.UsualSeconds), ("limit", mark.LimitSeconds), ("runs", mark.Runs),
                ("at", mark.MarkedAt));
        }
    }

    public static Task<List<UnlikeMark>> MarksOf(
        LedgerSql sql, Guid[] runs, CancellationToken cancellationToken) => sql.List(
        $"""
         select {UnlikeMark.Columns} from unlike_run m where {sql.IsOneOf("m.process_run_id", "@runs")}
         order by m.process_run_id, m.kind, m.component_run_id
         """,
        UnlikeMark.Read, cancellationToken, ("runs", runs));

    public static Task<int> Unmark(LedgerSql sql, UnlikeMark mark, CancellationToken cancellationToken) => sql.Run(
        "delete from unlike_run where process_run_id = @run and component_run_id = @part and kind = @kind",
        cancellationToken, ("run", mark.RunId), ("part", mark.ComponentRunId), ("kind", mark.Kind.Text()));

    public static Task<int> Counted(
        LedgerSql sql, Guid[] runs, DateTime now, CancellationToken cancellationToken) => sql.Run(
        $"""
         insert into counted_run (process_run_id, counted_at)
         select process_run_id, @now from process_run_observation where {sql.IsOneOf("process_run_id", "@runs")}
         on conflict (process_run_id) do nothing
         """,
        cancellationToken, ("runs", runs), ("now", now));

    /// <summary>What is old, a slice, and slow marks of what is not open any more.</summary>
    public static async Task Forget(
        LedgerSql sql, DateTime before, int limit, CancellationToken cancellationToken)
    {
        await sql.Run(ForgetEnded, cancellationToken, ("limit", limit));
        foreach (var (table, key, at) in ((string, string, string)[])
            [
                ("unlike_run", "process_run_id", "marked_at"), ("counted_run", "process_run_id", "counted_at"),
                ("duration_sketch", "sketch_id", "latest_at"),
            ])
        {
            await sql.Run(
                $"delete from {table} where {key} in (select {key} from {table} where {at} < @before order by {at} "
                + $"limit @limit) and {at} < @before",
                cancellationToken, ("before", before), ("limit", limit));
        }
    }
}
