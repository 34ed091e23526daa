using RunLedger.Service.Database;
using RunLedger.Service.Incidents;
using RunLedger.Service.Overview;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>What the overview calls wrong, and the incidents that last.</summary>
sealed class WrongNowTool(ToolCalls calls, OverviewQuery overview, IncidentQueries incidents, AnswerRoom room)
    : LedgerTool<WrongNowQuery, WrongNow>(calls)
{
    const int Usual = 20, MostProblems = 20;

    protected override string Name => "what_is_wrong_now";

    protected override string Title => "What is wrong now";

    protected override string About =>
        "What is wrong now, of runs and of the ledger itself: in sentences, in figures, and the incidents that last. "
        + "The tool to begin with.";

    protected override async Task<ToolAnswer<WrongNow>> Answer(
        WrongNowQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var page = text.Page("wrong", query.Limit, query.Cursor, usual: Usual);
        if (text.Problem is not null)
            return ToolAnswer<WrongNow>.Refused(text);
        var now = await overview.Find(cancellationToken);
        var found = await incidents.List(IncidentQueries.Lasting, page, cancellationToken);
        var problems = Problem.Of(now, now.At);
        var empty = new WrongNow
        {
            At = now.At,
            AllIsWell = problems.Count == 0 && found.Items.Count == 0 && page.After is null,
            Problems = [.. problems.Take(MostProblems).Select(ProblemLine.From)],
            RunsByStatus = now.ByStatus,
            FailedLastHour = now.FailedLastHour,
            FailedHourBefore = now.FailedHourBefore,
            LagSeconds = now.Freshness.LagSeconds,
            Incidents = [],
            NextCursor = null,
        };
        var items = room.Fill(empty, found.Items.Select(IncidentLine.From));
        var next = items.Count == found.Items.Count ? found.Next : Key(found.Items[items.Count - 1]);
        return empty with { Incidents = items, NextCursor = next is { } key ? Cursor.Write(key, page.List) : null };
    }

    static PageKey? Key(IncidentAnswer incident) => new(incident.BeganAt, incident.Id);
}
