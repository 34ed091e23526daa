using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Storage.Rows;
using RunLedger.Unlike;

namespace RunLedger.Service.Grid;

/// <summary>The latest runs of one candidate against their components.</summary>
sealed class GridQuery(IDbContextFactory<LedgerDb> ledger)
{
    public const int DefaultRuns = 30;
    public const int MostRuns = 100;
    public const int MostComponents = 10_000;

    public async Task<RunGrid> Find(string candidate, int runs, bool archived, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var columns = await Columns(db.Runs, candidate, runs, cancellationToken);
        if (archived)
        {
            columns =
            [
                .. columns.Concat(await Columns(db.ArchivedRuns, candidate, runs, cancellationToken))
                    .DistinctBy(run => run.ProcessRunId)
                    .OrderByDescending(run => (run.CreatedAt, run.ProcessRunId))
                    .Take(runs),
            ];
        }

        var ids = columns.ConvertAll(run => run.ProcessRunId);
        var components = await Parts(db.Components, ids, cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var versions = await UnlikeSql.Versions(sql, ids, cancellationToken);
        if (archived)
        {
            var parts = await Parts(db.ArchivedComponents, ids, cancellationToken);
            components = [.. components.Concat(parts).DistinctBy(part => part.Id)];
            foreach (var (run, version) in await UnlikeSql.Versions(
                sql, ids, cancellationToken, LedgerTable.Runs.Archive))
                versions.TryAdd(run, version);
        }

        var truncated = components.Count > MostComponents;
        var begun = components.Where(part => part.StartedAt is not null)
            .GroupBy(part => part.Run)
            .ToDictionary(parts => parts.Key, parts => parts.Min(part => part.StartedAt!.Value));
        return new()
        {
            Candidate = candidate,
            Truncated = truncated,
            Runs = columns.ConvertAll(run => new GridRun
            {
                ProcessRunId = run.ProcessRunId,
                Status = run.Status.Text(),
                StartedAt = run.StartedAt,
                EndedAt = run.EndedAt,
                CreatedAt = run.CreatedAt,
                Seconds = Seconds(run.StartedAt, run.EndedAt),
                Version = versions.GetValueOrDefault(run.ProcessRunId),
            }),
            Rows =
            [
                .. components.Take(MostComponents).GroupBy(part => part.Name)
                    .OrderBy(parts => Place(parts, begun)).ThenBy(parts => parts.Key, StringComparer.Ordinal)
                    .Select(parts => new GridRow { Component = parts.Key, Cells = Cells(parts, ids) }),
            ],
        };
    }

    static Task<List<RunRow>> Columns(
        IQueryable<RunRow> all, string candidate, int runs, CancellationToken cancellationToken) =>
        all.Where(r => r.ProcessCandidateCode == candidate).Newest(runs)
            .Select(r => new RunRow
            {
                ProcessRunId = r.ProcessRunId,
                Status = r.Status,
                StartedAt = r.StartedAt,
                EndedAt = r.EndedAt,
                CreatedAt = r.CreatedAt,
            })
            .ToListAsync(cancellationToken);

    static Task<List<Part>> Parts(
        IQueryable<ComponentRow> all, List<Guid> runs, CancellationToken cancellationToken) =>
        all.Where(c => runs.Contains(c.ProcessRunId))
            .Select(c => new Part(
                c.ComponentRunId,
                c.ProcessRunId,
                c.DotCode ?? c.EventCode ?? c.ComponentRole ?? "",
                c.Status,
                c.StartedAt,
                c.EndedAt))
            .Take(MostComponents + 1)
            .ToListAsync(cancellationToken);

    /// <summary>
    /// How long after the first component of its run it starts, on average; those that never did are last.
    /// </summary>
    static double Place(IEnumerable<Part> parts, Dictionary<Guid, DateTime> begun) => parts
        .Where(part => part.StartedAt is not null)
        .Select(part => (part.StartedAt!.Value - begun[part.Run]).TotalSeconds)
        .DefaultIfEmpty(double.MaxValue)
        .Average();

    static List<GridCell?> Cells(IEnumerable<Part> parts, List<Guid> runs)
    {
        var byRun = parts.ToLookup(part => part.Run);
        return runs.ConvertAll(run =>
        {
            // The last attempt counts; one that has not started is behind those that have.
            var last = byRun[run].OrderBy(part => part.StartedAt ?? DateTime.MaxValue)
                .ThenBy(part => part.Id)
                .LastOrDefault();
            return last is null ? null : new GridCell
            {
                ComponentRunId = last.Id,
                Status = last.Status.Text(),
                Seconds = Seconds(last.StartedAt, last.EndedAt),
                Attempts = byRun[run].Count(),
            };
        });
    }

    static double? Seconds(DateTime? from, DateTime? to) => (to - from)?.TotalSeconds;

    sealed record Part(Guid Id, Guid Run, string Name, RunStatus Status, DateTime? StartedAt, DateTime? EndedAt);
}
