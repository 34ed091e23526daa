using RunLedger.Service.Failures;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>What failed, as <c>GET /api/failures</c> groups it.</summary>
sealed class FailuresTool(ToolCalls calls, FailureQueries failures, AnswerRoom room, TimeProvider time)
    : LedgerTool<FailuresQuery, FailuresSeen>(calls)
{
    protected override string Name => "failures";

    protected override string Title => "What failed";

    protected override string About =>
        "What failed, by candidate, component and error text, with figures and an example: texts that differ only in "
        + "numbers, ids, paths and quoted text are one. Without since the last 24 hours.";

    protected override async Task<ToolAnswer<FailuresSeen>> Answer(
        FailuresQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var since = text.Time("since", query.Since) ?? time.GetUtcNow().UtcDateTime.AddDays(-1);
        var candidate = text.Text("candidate", query.Candidate);
        var page = ListPage.Read(text, $"failures\n{query.Since}\n{candidate}", query.Limit, query.Cursor);
        if (text.Problem is not null)
            return ToolAnswer<FailuresSeen>.Refused(text);
        var groups = await failures.Groups(since, cancellationToken);
        var asked = groups.Items.Where(group => candidate is null || group.Candidate == candidate).ToList();
        var empty = new FailuresSeen { Since = since, Truncated = groups.Truncated, Items = [], NextCursor = null };
        if (page.Rest(asked, group => group.Fingerprint) is not { } rest)
            return ToolAnswer<FailuresSeen>.Refused(ListPage.Moved);
        var items = room.Fill(empty, rest.Take(page.Limit).Select(FailureLine.From));
        return empty with { Items = items, NextCursor = page.Next(rest, items.Count, group => group.Fingerprint) };
    }
}
