using RunLedger.Storage;

namespace RunLedger.Expectations;

/// <summary>The runs whose start was not known when they were heard of, and may be by now.</summary>
static class UnknownStarts
{
    static readonly (DateTime At, Guid Run) Beginning = (DateTime.UnixEpoch, Guid.Empty);

    /// <summary>
    /// Runs with a place, or none, for want of a start, of which more is known now. They may be any number, and most
    /// stay as they are: looked at are the newest, and of the others those whose turn it is.
    /// </summary>
    public static readonly string KnownBetter =
        $"""
         with looked as (
           select * from (
             select process_run_id, began_at from expected_run where expectation = @name and not start_known
             order by heard_at desc, process_run_id desc limit @limit) newest
           union
           select * from (
             select process_run_id, began_at from expected_run where expectation = @name and not start_known
               and (heard_at, process_run_id) > (@at, @after)
             order by heard_at, process_run_id limit @limit) next)
         select {HeardRun.Columns}
         from looked e join process_run_observation r on r.process_run_id = e.process_run_id
         where r.started_at is not null or (e.began_at is null and {HeardRun.HasBegun})
         order by e.process_run_id
         """;

    /// <summary>Of so many runs without a known start and as many others, those of which more is known.</summary>
    public static async Task<List<HeardRun>> Recheck(
        LedgerSql sql, string name, int limit, CancellationToken cancellationToken)
    {
        var last = (await sql.List(
            "select rechecked_at, rechecked_run from expectation where name = @name and rechecked_at is not null",
            Turn, cancellationToken, ("name", name))).FirstOrDefault(Beginning);
        // Before their places change, and with them who is in turn.
        var next = (await sql.List(
            """
            select heard_at, process_run_id from expected_run where expectation = @name and not start_known
              and (heard_at, process_run_id) > (@at, @after)
            order by heard_at, process_run_id limit 1 offset @skipped
            """,
            Turn, cancellationToken,
            ("name", name), ("at", last.At), ("after", last.Run), ("skipped", limit - 1)))
            .FirstOrDefault(Beginning);
        var better = await sql.List(
            KnownBetter, HeardRun.Read, cancellationToken,
            ("name", name), ("at", last.At), ("after", last.Run), ("limit", limit));
        if (next != last)
        {
            await sql.Run(
                "update expectation set rechecked_at = @at, rechecked_run = @run where name = @name",
                cancellationToken, ("name", name), ("at", next.At), ("run", next.Run));
        }

        return better;
    }

    static (DateTime At, Guid Run) Turn(StoredRow row) => (row.GetTime(0), row.GetGuid(1));
}
