using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Failures;

/// <summary>
/// Failures by what failed and how. Texts are folded here, because no database can; so what is read is bounded by a
/// time and a number, newest first, by an index of what failed.
/// </summary>
sealed class FailureQueries(IDbContextFactory<LedgerDb> ledger, TimeProvider time)
{
    /// <summary>Of runs, and of components, at most.</summary>
    public const int MostRead = 5_000;
    const int TrendHours = 24;

    /// <summary>
    /// Of the texts that were read lately: folding them is what the answer costs, and most are read again.
    /// </summary>
    Dictionary<string, string> _shapes = [];

    /// <summary>
    /// Runs that failed, found in the index of them alone: with the rest of their rows asked for at once, the planner
    /// takes another index, and reads and sorts all that ever failed.
    /// </summary>
    public static string RunsSql(LedgerSql sql) =>
        $"""
         select r.process_run_id, r.process_candidate_code, null, substr(r.error_ref, 1, {ErrorShape.MostRead}),
           f.ended_at
         from (
           select process_run_id, ended_at from process_run_observation
           where status = '{RunStatus.Failed.Text()}' and ended_at >= @from
           order by ended_at desc, process_run_id limit @most) f
         {sql.RunsOfEach("where process_run_id = f.process_run_id limit 1")}
         order by f.ended_at desc, f.process_run_id
         """;

    /// <summary>Components that failed, without their candidates: most are those of the runs.</summary>
    public static readonly string ComponentsSql =
        $"""
         select process_run_id, null, coalesce(dot_code, event_code, component_role, ''),
           substr(error_ref, 1, {ErrorShape.MostRead}), ended_at
         from process_component_observation where status = '{RunStatus.Failed.Text()}' and ended_at >= @from
         order by ended_at desc, component_run_id limit @most
         """;

    /// <param name="since">From when on; the trend has the last 24 hours whatever this is.</param>
    public async Task<FailureGroups> Groups(DateTime since, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var from = since < now.AddHours(-TrendHours) ? since : now.AddHours(-TrendHours);
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var (known, shapes) = (Volatile.Read(ref _shapes), new Dictionary<string, string>());
        var (runs, components) = (
            await Read(sql, RunsSql(sql), from, Shape, cancellationToken),
            await Read(sql, ComponentsSql, from, Shape, cancellationToken));
        var truncated = runs.Count > MostRead || components.Count > MostRead;
        var failures = runs.Take(MostRead).ToList();
        failures.AddRange(await WithCandidates(sql, [.. components.Take(MostRead)], failures, cancellationToken));
        Volatile.Write(ref _shapes, Kept(known, shapes));
        var said = (await sql.List(
            """
            select fingerprint, acknowledged_at, acknowledged_by, acknowledged_until, note, noted_at,
              noted_by from failure_group
            """,
            reader => new Said(
                reader.GetString(0),
                reader.TimeAt(1),
                reader.TextAt(2),
                reader.TimeAt(3),
                reader.TextAt(4),
                reader.TimeAt(5),
                reader.TextAt(6)),
            cancellationToken)).ToDictionary(group => group.Fingerprint);
        return new()
        {
            Since = since,
            Truncated = truncated,
            Items =
            [
                .. Failure.Once(failures).GroupBy(failure => (failure.Candidate, failure.Component, failure.Shape))
                    .Select(group => Group([.. group], since, now, said))
                    .OfType<FailureGroup>()
                    .OrderByDescending(group => group.LastHour).ThenByDescending(group => group.LastSeen),
            ],
        };

        string Shape(string? text) => text is null ? ""
            : shapes[text] = shapes.GetValueOrDefault(text) ?? known.GetValueOrDefault(text) ?? ErrorShape.Of(text);
    }

    /// <summary>Null where nothing failed since then.</summary>
    static FailureGroup? Group(
        IReadOnlyList<Failure> failures, DateTime since, DateTime now, Dictionary<string, Said> all)
    {
        var asked = failures.Where(failure => failure.At >= since).ToList();
        if (asked.Count == 0)
            return null;
        var newest = asked.MaxBy(failure => failure.At)!;
        var trend = new long[TrendHours];
        foreach (var failure in failures.Where(failure => failure.At > now.AddHours(-TrendHours)))
        {
            // A publisher's clock may be ahead.
            var hoursAgo = Math.Max(0, (int)(now - failure.At).TotalHours);
            trend[TrendHours - 1 - hoursAgo]++;
        }

        var fingerprint = ErrorShape.Fingerprint(newest.Candidate, newest.Component, newest.Shape);
        var said = all.GetValueOrDefault(fingerprint);
        return new()
        {
            Fingerprint = fingerprint,
            Candidate = newest.Candidate,
            Component = newest.Component,
            Error = newest.Shape,
            Count = asked.Count,
            RunsFailed = asked.Count(failure => failure.EndedRun),
            LastHour = trend[^1],
            HourBefore = trend[^2],
            Trend = trend,
            FirstSeen = asked.Min(failure => failure.At),
            LastSeen = newest.At,
            ExampleRunId = newest.Run,
            ExampleError = newest.Error,
            AcknowledgedAt = said?.AcknowledgedAt,
            AcknowledgedBy = said?.AcknowledgedBy,
            FailedAgain = said?.AcknowledgedUntil is { } until && newest.At > until,
            Note = said?.Note,
            NotedAt = said?.NotedAt,
            NotedBy = said?.NotedBy,
        };
    }

    static Task<List<Failure>> Read(
        LedgerSql sql, string statement, DateTime from, Func<string?, string> shapeOf,
        CancellationToken cancellationToken) => sql.List(
        statement,
        row =>
        {
            var (component, error) = (row.TextAt(2), row.TextAt(3));
            return new Failure(
                row.GetGuid(0), row.TextAt(1) ?? "", component, error, shapeOf(error), row.TimeAt(4)!.Value,
                EndedRun: component is null);
        },
        cancellationToken, ("from", from), ("most", MostRead + 1));

    /// <summary>Of the runs that are not among those that failed, the candidates are fetched by their ids.</summary>
    static async Task<IEnumerable<Failure>> WithCandidates(
        LedgerSql sql, List<Failure> components, List<Failure> runs, CancellationToken cancellationToken)
    {
        var candidates = runs.ToDictionary(run => run.Run, run => run.Candidate);
        var others = components.Select(one => one.Run).Where(run => !candidates.ContainsKey(run)).Distinct().ToArray();
        if (others.Length > 0)
        {
            foreach (var (run, candidate) in await sql.List(
                "select process_run_id, process_candidate_code from process_run_observation "
                + $"where {sql.IsOneOf("process_run_id", "@runs")}",
                row => (row.GetGuid(0), row.GetString(1)), cancellationToken, ("runs", others)))
                candidates[run] = candidate;
        }

        return components.Select(one => one with { Candidate = candidates.GetValueOrDefault(one.Run) ?? "" });
    }

    /// <summary>Also what was known before, while both are no more than one answer has at most.</summary>
    static Dictionary<string, string> Kept(Dictionary<string, string> known, Dictionary<string, string> read)
    {
        if (known.Count + read.Count <= 2 * MostRead)
        {
            foreach (var (text, shape) in known)
                read.TryAdd(text, shape);
        }

        return read;
    }

    sealed record Said(
        string Fingerprint, DateTime? AcknowledgedAt, string? AcknowledgedBy, DateTime? AcknowledgedUntil, string? Note,
        DateTime? NotedAt, string? NotedBy);
}
