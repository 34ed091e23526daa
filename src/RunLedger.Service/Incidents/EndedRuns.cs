using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Service.Channels;
using RunLedger.Service.Failures;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>The runs that ended since somebody looked, in the order in which the ledger came to know it.</summary>
static class EndedRuns
{
    const int MostComponents = 10_000;

    /// <summary>By the index of what is settled; a slice.</summary>
    public static readonly string SettledSql =
        $"""
         select process_run_id, process_candidate_code, status, ended_at, settled_at,
           substr(error_ref, 1, {ErrorShape.MostRead})
         from process_run_observation
         where settled_at is not null and settled_at >= @at and settled_at <= @until
           and (settled_at > @at or process_run_id > @run)
         order by settled_at, process_run_id limit @limit
         """;

    /// <summary>
    /// Whether one of the newest runs of its candidate ended otherwise and later, and the ledger knew that before: then
    /// this one says nothing of how the candidate fares now.
    /// </summary>
    public static readonly string OvertakenSql =
        $"""
         select 1 from (
           select status, ended_at, settled_at from process_run_observation where process_candidate_code = @candidate
           order by created_at desc, process_run_id desc limit @looked) newest
         where status = @other and ended_at > @ended and settled_at <= @settled limit 1
         """;

    const int MostLooked = 200;

    /// <inheritdoc cref="OvertakenSql"/>
    public static async Task<bool> IsOvertaken(LedgerSql sql, EndedRun run, CancellationToken cancellationToken) =>
        run.EndedAt is { } ended && (await sql.List(
            OvertakenSql, row => row.GetInt32(0), cancellationToken,
            ("candidate", run.Candidate), ("looked", MostLooked), ("ended", ended), ("settled", run.SettledAt),
            ("other", (run.Failed ? RunStatus.Completed : RunStatus.Failed).Text()))).Count > 0;

    public static Task<List<EndedRun>> After(
        LedgerSql sql, DateTime at, Guid run, DateTime until, int limit, CancellationToken cancellationToken) =>
        sql.List(
            SettledSql, EndedRun.Read, cancellationToken,
            ("at", at), ("run", run), ("until", until), ("limit", limit));

    /// <summary>The same with what failed and how, by the group under which <c>/failures</c> has it.</summary>
    public static async Task<List<EndedRun>> WithGroups(
        LedgerSql sql, IReadOnlyCollection<EndedRun> runs, CancellationToken cancellationToken)
    {
        var failed = runs.Where(run => run.Failed).ToList();
        if (failed.Count == 0)
            return [.. runs];
        var candidates = failed.ToDictionary(run => run.Id, run => run.Candidate);
        var components = await sql.List(
            $"""
             select process_run_id, coalesce(dot_code, event_code, component_role, ''),
               substr(error_ref, 1, {ErrorShape.MostRead}), ended_at
             from process_component_observation
             where {sql.IsOneOf("process_run_id", "@runs")} and status = '{RunStatus.Failed.Text()}' limit @most
             """,
            row => new Failure(
                row.GetGuid(0), candidates[row.GetGuid(0)], row.GetString(1), row.TextAt(2),
                ErrorShape.Of(row.TextAt(2)), row.TimeAt(3) ?? default, EndedRun: false),
            cancellationToken, ("runs", candidates.Keys.ToArray()), ("most", MostComponents));
        var groups = Failure.Once(
            [
                .. failed.Select(run => new Failure(
                    run.Id, run.Candidate, null, run.Error, ErrorShape.Of(run.Error), run.EndedAt ?? run.SettledAt,
                    EndedRun: true)),
                .. components,
            ])
            .Where(failure => failure.EndedRun)
            .ToDictionary(failure => failure.Run, GroupOf);
        return [.. runs.Select(run => run with { Group = groups.GetValueOrDefault(run.Id) })];
    }

    static MessageGroup GroupOf(Failure failure)
    {
        var error = failure.Shape.Length == 0 ? "no error text" : failure.Shape;
        return new(
            ErrorShape.Fingerprint(failure.Candidate, failure.Component, failure.Shape),
            failure.Component is { Length: > 0 } component ? $"{component}: {error}" : error);
    }
}
