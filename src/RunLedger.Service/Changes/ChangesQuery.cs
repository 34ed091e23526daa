using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Unlike;

namespace RunLedger.Service.Changes;

/// <summary>A run beside another, archived or not, by the good runs of its candidate before it.</summary>
sealed class ChangesQuery(IDbContextFactory<LedgerDb> ledger, RunQueries runs, RunLedgerOptions options)
{
    /// <summary>Those before it that say what is usual.</summary>
    public const int MostGood = 50;

    /// <summary>Runs before it among which they are looked for.</summary>
    public const int MostLooked = 5_000;

    /// <summary>Of one run that are compared.</summary>
    const int MostComponents = 2_000;

    /// <summary>Of the good runs together.</summary>
    const int MostGoodComponents = 20_000;

    /// <summary>What has more is not read to know what is usual.</summary>
    const int MostEvidence = 64 * 1024;

    public static readonly string GoodSql =
        $"""
         select process_run_id from (
           select process_run_id, status from process_run_observation
           where process_candidate_code = @candidate and (created_at, process_run_id) < (@at, @id)
           order by created_at desc, process_run_id desc limit @looked) before
         where status = '{RunStatus.Completed.Text()}' and not exists (
           select 1 from unlike_run u where u.process_run_id = before.process_run_id and u.kind = 'suspicious')
         limit @most
         """;

    /// <param name="run">The run.</param>
    /// <param name="against">The other; null for the last good one before it.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Null where there is no other.</returns>
    public async Task<RunChanges?> Find(RunRow run, RunRow? against, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var good = await sql.List(
            GoodSql, row => row.GetGuid(0), cancellationToken,
            ("candidate", run.ProcessCandidateCode), ("at", run.CreatedAt), ("id", run.ProcessRunId),
            ("looked", MostLooked), ("most", MostGood));
        if (against is null && (good.Count == 0
            || (against = await runs.Find(good[0], cancellationToken)) is null))
            return null;
        var (one, other) = (await Facts(db, run, cancellationToken), await Facts(db, against, cancellationToken));
        var before = await Good(db, sql, [.. good], cancellationToken);
        var leftOut = good.Count - before.Count;
        var names = one.Components.Prepend<string?>(null);
        var version = one.Texts.GetValueOrDefault(new(FactKind.Version, null));
        var sketches = await DurationSketches.Load(
            sql, names.Select(KeyOf), options.Unlike.NeededRuns, cancellationToken);
        var (changes, others) = Comparison.Of(one, other, before, name => sketches.Of(KeyOf(name)));
        var (left, right) = (
            await Shown(run, one, cancellationToken), await Shown(against, other, cancellationToken));
        return new()
        {
            Run = left,
            Against = right,
            GoodRuns = before.Count,
            Remarks = [.. Remarks(left, right, one.IsCut || other.IsCut, before.Count, leftOut)],
            Changes = changes,
            Others = others,
        };

        DurationKey KeyOf(string? component) => new(run.ProcessCandidateCode, component, version);
    }

    async Task<ChangedRun> Shown(RunRow run, RunFacts facts, CancellationToken cancellationToken) => new()
    {
        ProcessRunId = run.ProcessRunId,
        ProcessCandidateCode = run.ProcessCandidateCode,
        Status = run.Status.Text(),
        StartedAt = run.StartedAt,
        EndedAt = run.EndedAt,
        ArchivedAt = await runs.ArchivedAt(run.ProcessRunId, cancellationToken),
        Version = facts.Texts.GetValueOrDefault(new(FactKind.Version, null)),
    };

    static IEnumerable<string> Remarks(ChangedRun run, ChangedRun against, bool isCut, int good, int leftOut)
    {
        if (run.ProcessRunId == against.ProcessRunId)
            yield return "It is compared with itself.";
        if (run.ProcessCandidateCode != against.ProcessCandidateCode)
            yield return $"They are of different candidates: what is usual is that of {run.ProcessCandidateCode}.";
        if (RunStatusText.Parse(run.Status) is var status && !status.EndsRun())
            yield return "The run has not ended: what it does not say yet is not compared.";
        if (RunStatusText.Parse(against.Status) is var before && !before.EndsRun())
            yield return "The other run has not ended: what it does not say yet is not compared.";
        if (run.ArchivedAt is not null)
            yield return "The run is archived: good runs before it that are archived too do not say what is usual.";
        if (against.ArchivedAt is not null)
            yield return "The other run is archived.";
        if (good < Surprise.Least)
        {
            yield return $"Only {good} completed runs of its candidate are known before it, {Surprise.Least} are "
                + "needed to say what is usual: what differs is in the order of what it is about.";
        }

        if (leftOut > 0)
        {
            yield return $"{leftOut} good runs have more than {MostEvidence / 1024} KB of evidence: they do not say "
                + "what is usual.";
        }

        if (isCut)
            yield return $"One has more than {RunFacts.MostOfEvidence} values in its evidence: those beyond are not "
                + "compared.";
    }

    static async Task<RunFacts> Facts(LedgerDb db, RunRow run, CancellationToken cancellationToken)
    {
        var components = await In(db.Components);
        if (components.Count == 0)
            components = await In(db.ArchivedComponents);
        return RunFacts.Of(run, components);

        Task<List<ComponentRow>> In(IQueryable<ComponentRow> all) => Compared(
            all.Where(component => component.ProcessRunId == run.ProcessRunId)
                .OrderBy(component => component.ComponentRunId).Take(MostComponents))
            .ToListAsync(cancellationToken);
    }

    static async Task<List<RunFacts>> Good(
        LedgerDb db, LedgerSql sql, Guid[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
            return [];
        var rows = await RunQueries.WithoutEvidence(db.Runs.Where(run => ids.Contains(run.ProcessRunId)))
            .ToListAsync(cancellationToken);
        var evidence = (await sql.List(
            $"select process_run_id, {sql.TextWithin("evidence_ref", "@bytes")}, evidence_ref is null "
            + $"from process_run_observation where {sql.IsOneOf("process_run_id", "@ids")}",
            row => (Id: row.GetGuid(0), Text: row.TextAt(1), Has: !row.GetBoolean(2)), cancellationToken,
            ("bytes", MostEvidence), ("ids", ids))).ToDictionary(one => one.Id);
        var components = (await Compared(
            db.Components.Where(component => ids.Contains(component.ProcessRunId))
                .OrderBy(component => component.ComponentRunId).Take(MostGoodComponents))
            .ToListAsync(cancellationToken)).ToLookup(component => component.ProcessRunId);
        // What is too much to be read would be missing, and missing is no usual value: those say nothing.
        return
        [
            .. rows.Where(run => evidence.TryGetValue(run.ProcessRunId, out var of) && (of.Text is not null || !of.Has))
                .Select(run => RunFacts.Of(
                    run with { EvidenceRef = evidence[run.ProcessRunId].Text }, components[run.ProcessRunId])),
        ];
    }

    static IQueryable<ComponentRow> Compared(IQueryable<ComponentRow> components) =>
        components.Select(c => new ComponentRow
        {
            ComponentRunId = c.ComponentRunId,
            ProcessRunId = c.ProcessRunId,
            DotCode = c.DotCode,
            EventCode = c.EventCode,
            ComponentRole = c.ComponentRole,
            Status = c.Status,
            InputRef = c.InputRef,
            OutputRef = c.OutputRef,
            ErrorRef = c.ErrorRef,
            StartedAt = c.StartedAt,
            EndedAt = c.EndedAt,
        });
}
