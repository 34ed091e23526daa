using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Dossier;

/// <summary>What the ledger knows of a candidate by a time, as one moment of its tables has it.</summary>
sealed class DossierQuery(IDbContextFactory<LedgerDb> ledger, RunLedgerOptions options)
{
    /// <summary>The document; null, or when the first run began, where none had begun by then.</summary>
    public async Task<(DossierDocument? Document, DateTime? First)> Find(
        string candidate, DateTime asOf, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var (sql, moment) = await db.Snapshot(cancellationToken);
        await using var reading = moment;
        (string, object?)[] parameters = [("candidate", candidate), ("asOf", asOf)];
        var tally = new RunTally(candidate, LedgerTime.Of(asOf));
        // The components first: of a run that failed with the error of one of them they are told.
        foreach (var (runs, components) in DossierSql.Tables)
        {
            await sql.Each(
                DossierSql.FailedComponents(runs, components),
                row => tally.Add(
                    StoredRun.Columns(row, candidate),
                    row.GetString(StoredRun.ColumnsOfRun),
                    row.TextAt(StoredRun.ColumnsOfRun + 1),
                    LedgerTime.Of(row.GetTime(StoredRun.ColumnsOfRun + 2))),
                cancellationToken,
                parameters);
        }

        foreach (var (runs, components) in DossierSql.Tables)
        {
            await sql.Each(
                DossierSql.Runs(sql, runs, components),
                row => tally.Add(StoredRun.Read(row, candidate)),
                cancellationToken,
                parameters);
        }

        if (tally.IsEmpty)
            return (null, tally.First is { } first ? LedgerTime.Time(first) : null);
        var observed = tally.Observed();
        var definition = await sql.List(DossierSql.Definition, row => row.GetString(0), cancellationToken, parameters);
        return (
            new()
            {
                Format = DossierDocument.Version,
                Candidate = candidate,
                AsOf = asOf,
                Observed = observed,
                Ledger = tally.Ledger(
                    definition.FirstOrDefault(),
                    options.Archive.PurgeAfter?.ToString("c", CultureInfo.InvariantCulture),
                    await Rejected(sql, candidate, asOf, cancellationToken),
                    (await sql.List(DossierSql.Missed, Missed, cancellationToken, parameters)).FirstOrDefault(),
                    await Notes(sql, observed.Failures, asOf, cancellationToken)),
            },
            null);
    }

    MissedFigures Missed(StoredRow row) => new()
    {
        Since = row.GetTime(0),
        Slots = row.GetInt64(1),
        CameLate = row.GetInt64(2),
        KeptFor = options.Expected.KeepFor.ToString("c", CultureInfo.InvariantCulture),
    };

    static async Task<RejectedFigures> Rejected(
        LedgerSql sql, string candidate, DateTime asOf, CancellationToken cancellationToken)
    {
        var tally = new RejectedTally(candidate);
        await sql.Each(
            DossierSql.Rejected,
            row => tally.Add(row.BytesAt(0)!, row.GetString(1)),
            cancellationToken,
            ("asOf", asOf));
        var all = await sql.List(
            DossierSql.RejectedCount, row => row.GetInt64(0), cancellationToken, ("asOf", asOf));
        return tally.Figures(all[0]);
    }

    static async Task<IReadOnlyList<FailureNote>> Notes(
        LedgerSql sql, IReadOnlyList<FailureFigures> failures, DateTime asOf, CancellationToken cancellationToken)
    {
        var groups = failures.Select(failure => failure.Fingerprint).ToHashSet(StringComparer.Ordinal);
        var notes = new List<FailureNote>();
        await sql.Each(
            DossierSql.Notes,
            row =>
            {
                if (groups.Contains(row.GetString(0)))
                {
                    notes.Add(new()
                    {
                        Fingerprint = row.GetString(0),
                        Note = row.TextAt(1),
                        NotedBy = row.TextAt(2),
                        AcknowledgedBy = row.TextAt(3),
                    });
                }
            },
            cancellationToken,
            ("asOf", asOf));
        return [.. notes.OrderBy(note => note.Fingerprint, StringComparer.Ordinal)];
    }
}
