using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using RunLedger.Folding;
using RunLedger.Service.Dossier;
using RunLedger.Service.Security;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>What a candidate's runs show by a time, as the figures of its dossier.</summary>
sealed class DossierTool(
    ToolCalls calls, DossierQuery dossiers, AnswerRoom room, IOptions<ReadingOptions> reading, TimeProvider time)
    : LedgerTool<DossierToolQuery, DossierFigures>(calls), IDisposable
{
    /// <summary>A dossier reads every run of its candidate; assistants have half of the places there are.</summary>
    readonly ConcurrencyLimiter _places = new(new() { PermitLimit = Shares.OfOne(reading.Value.MaxDossiers) });

    protected override string Name => "dossier";

    protected override string Title => "What a candidate's runs show";

    protected override string About =>
        "Figures of all runs of one process candidate by a time: success with its bounds, durations, gaps, attempts, "
        + "what failed. It decides nothing. The whole document, signed, is at GET /api/candidates/{code}/dossier with "
        + "the same asOf. It is dear: ask for one at a time.";

    public void Dispose() => _places.Dispose();

    protected override async Task<ToolAnswer<DossierFigures>> Answer(
        DossierToolQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var candidate = text.Text("candidate", text.Required("candidate", query.Candidate));
        var asOf = new DossierRequest { AsOf = query.AsOf }.ReadAsOf(text, time.GetUtcNow().UtcDateTime);
        var page = ListPage.Read(text, $"dossier\n{candidate}", query.Limit, query.Cursor);
        if (text.Problem is not null)
            return ToolAnswer<DossierFigures>.Refused(text);
        using var place = _places.AttemptAcquire();
        if (!place.IsAcquired)
        {
            return ToolAnswer<DossierFigures>.Refused(
                "As many dossiers are under way as may be: try again in a second.");
        }

        var (document, first) = await dossiers.Find(candidate!, asOf, cancellationToken);
        return document is null
            ? ToolAnswer<DossierFigures>.Refused(Nothing(asOf, first))
            : Shown(document, page);
    }

    ToolAnswer<DossierFigures> Shown(DossierDocument document, ListPage page)
    {
        if (page.Rest(document.Observed.Failures, failure => failure.Fingerprint) is not { } rest)
            return ToolAnswer<DossierFigures>.Refused(ListPage.Moved);
        var notes = document.Ledger.Notes.ToDictionary(note => note.Fingerprint);
        var empty = DossierFigures.From(document);
        var failures = room.Fill(
            empty,
            rest.Take(page.Limit)
                .Select(failure => DossierFailure.From(failure, notes.GetValueOrDefault(failure.Fingerprint))));
        return empty with
        {
            Failures = failures,
            NextCursor = page.Next(rest, failures.Count, failure => failure.Fingerprint),
        };
    }

    // Without the code that was asked for: an error is no place for words of others.
    static string Nothing(DateTime asOf, DateTime? first) => first is { } at
        ? $"No run of it had begun by {LedgerTime.Text(asOf)}; the first one began at {LedgerTime.Text(at)}: ask for "
            + "that time or a later one."
        : "candidate: The ledger has no run of it that has begun. Upper and lower case are not alike; find_runs finds "
            + "codes by a part of them with q.";
}
