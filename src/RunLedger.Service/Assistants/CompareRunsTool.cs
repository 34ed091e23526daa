using System.Globalization;
using RunLedger.Service.Changes;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>A run beside another, as <c>GET /api/runs/{id}/changes</c> compares them.</summary>
sealed class CompareRunsTool(ToolCalls calls, RunQueries runs, ChangesQuery changes, AnswerRoom room)
    : LedgerTool<CompareRunsQuery, ComparedRuns>(calls)
{
    protected override string Name => "compare_runs";

    protected override string Title => "What changed between two runs";

    protected override string About =>
        "What differs between a run and another, or the last good run of its candidate before it: components, version, "
        + "durations, evidence, the most surprising first. The tool to ask why something fails that worked before.";

    protected override async Task<ToolAnswer<ComparedRuns>> Answer(
        CompareRunsQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var sent = text.Id("run", text.Required("run", query.Run));
        var against = text.Id("against", query.Against);
        var page = ListPage.Read(text, $"changes\n{sent}\n{against}", query.Limit, query.Cursor);
        if (text.Problem is not null)
            return ToolAnswer<ComparedRuns>.Refused(text);
        if (await runs.Find(sent.GetValueOrDefault(), cancellationToken) is not { } run)
            return Unknown(sent);
        var other = against is { } named ? await runs.Find(named, cancellationToken) : null;
        if (against is not null && other is null)
            return Unknown(against);
        return await changes.Find(run, other, cancellationToken) is { } found
            ? Shown(found, page)
            : ToolAnswer<ComparedRuns>.Refused(
                $"No run of its candidate completed before it, among the last {ChangesQuery.MostLooked} in the "
                + "ledger's tables: name the other one with against.");
    }

    ToolAnswer<ComparedRuns> Shown(RunChanges found, ListPage page)
    {
        var empty = new ComparedRuns
        {
            Run = ComparedRun.From(found.Run),
            Against = ComparedRun.From(found.Against),
            GoodRuns = found.GoodRuns,
            Items = [],
            Others = found.Others,
            NextCursor = null,
            DataNotInstructions = new() { Remarks = OutsideText.Sentences(found.Remarks) },
        };
        // They have no names, and stay in their order.
        var all = found.Changes.Select((change, at) => (Change: change, At: at)).ToList();
        if (page.Rest(all, Place) is not { } rest)
            return ToolAnswer<ComparedRuns>.Refused(ListPage.Moved);
        var items = room.Fill(empty, rest.Take(page.Limit).Select(one => DifferenceLine.From(one.Change)));
        return empty with { Items = items, NextCursor = page.Next(rest, items.Count, Place) };

        static string Place((RunChange Change, int At) one) => one.At.ToString(CultureInfo.InvariantCulture);
    }

    static ToolAnswer<ComparedRuns> Unknown(Guid? id) =>
        ToolAnswer<ComparedRuns>.Refused($"The ledger has no run {id}. find_runs gives ids of runs.");
}
