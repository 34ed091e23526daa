using RunLedger.Service.Database;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Assistants;

/// <summary>Lists runs, as <c>GET /api/runs</c> does.</summary>
sealed class FindRunsTool(ToolCalls calls, RunQueries runs, AnswerRoom room)
    : LedgerTool<RunListQuery, FoundRuns>(calls)
{
    const int Usual = 20;

    protected override string Name => "find_runs";

    protected override string Title => "Find runs";

    protected override string About =>
        $"Lists runs, newest first, {Usual} on a page unless limit says otherwise. Filters combine with and; without "
        + "any it lists the latest runs. Example: {\"status\": \"failed,stuck\", \"since\": \"2026-03-01T00:00:00Z\"}.";

    // Pages go one way, and a time has one name.
    protected override IReadOnlyCollection<string> LeftOut => ["before", "from", "to"];

    protected override async Task<ToolAnswer<FoundRuns>> Answer(
        RunListQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var (filter, page) = (query with { Limit = query.Limit ?? $"{Usual}" }).Read(text);
        if (text.Problem is not null)
            return ToolAnswer<FoundRuns>.Refused(text);
        var found = await runs.List(filter, page, cancellationToken);
        var empty = new FoundRuns { Items = [], NextCursor = null, SearchedNewest = found.SearchedNewest };
        var items = room.Fill(empty, found.Items.Select(RunLine.From));
        var next = items.Count == found.Items.Count ? found.Next : Key(found.Items[items.Count - 1]);
        return empty with { Items = items, NextCursor = next is { } key ? Cursor.Write(key, page.List) : null };
    }

    static PageKey? Key(RunRow run) => new(run.CreatedAt, run.ProcessRunId);
}
