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
    /// Of the texts that were read last: folding them is what the answer costs, and most are read again.
    /// </summary>
    Dictionary<string, string> _shapes = [];

    /// <summary>Runs that failed.</summary>
    public static readonly string RunsSql =
        $"""
         select process_run_id, process_candidate_code, null, substr(error_ref, 1, {ErrorShape.MostRead}), ended_at
         from process_run_observation where status = '{RunStatus.Failed.Text()}' and ended_at >= @from
         order by ended_at desc, process_run_id limit @most
         """;

    /// <summary>
    /// Components that failed; the candidate of each is fetched by its run's id, never by joining all runs.
    /// </summary>
    public static readonly string ComponentsSql =
        $"""
         select process_run_id,
           (select r.process_candidate_code from process_run_observation r where r.process_run_id = c.process_run_id),
           coalesce(dot_code, event_code, component_role, ''), substr(error_ref, 1, {ErrorShape.MostRead}), ended_at
         from process_component_observation c where status = '{RunStatus.Failed.Text()}' and ended_at >= @from
         order by ended_at desc, component_run_id limit @most
         """;

    /// <param name="since">From when on; the trend has the last 24 hours whatever this is.</param>
    public async Task<FailureGroups> Groups(DateTime since, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var from = since < now.AddHours(-TrendHours) ? since : now.AddHours(-TrendHours);
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var failures = new List<Failure>();
        var (known, shapes) = (Volatile.Read(ref _shapes), new Dictionary<string, string>());
        var truncated = false;
        foreach (var statement in (string[])[RunsSql, ComponentsSql])
        {
            var rows = await sql.List(
                statement, reader => Read(reader, Shape), cancellationToken, ("from", from), ("most", MostRead + 1));
            truncated |= rows.Count > MostRead;
            failures.AddRange(rows.Take(MostRead));
        }

        Volatile.Write(ref _shapes, shapes);
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

    static Failure Read(StoredRow reader, Func<string?, string> shapeOf)
    {
        var (candidate, component, error) = (reader.TextAt(1) ?? "", reader.TextAt(2), reader.TextAt(3));
        return new(
            reader.GetGuid(0), candidate, component, error, shapeOf(error), reader.TimeAt(4)!.Value,
            EndedRun: component is null);
    }

    sealed record Said(
        string Fingerprint, DateTime? AcknowledgedAt, string? AcknowledgedBy, DateTime? AcknowledgedUntil, string? Note,
        DateTime? NotedAt, string? NotedBy);
}
