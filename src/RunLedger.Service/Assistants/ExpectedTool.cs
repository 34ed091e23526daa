using RunLedger.Service.Database;
using RunLedger.Service.Expectations;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>Which runs are expected, and what came of it.</summary>
sealed class ExpectedTool(ToolCalls calls, ExpectationQueries expectations, SlotQueries slots, AnswerRoom room)
    : LedgerTool<ExpectedQuery, ExpectedRuns>(calls)
{
    protected override string Name => "expected";

    protected override string Title => "Expected runs";

    protected override string About =>
        "Which runs should start when, whether the last was missed, and when the next is due. With the name of one of "
        + "them also what came of its slots: on time, late or missed.";

    protected override async Task<ToolAnswer<ExpectedRuns>> Answer(
        ExpectedQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var name = text.Text("name", query.Expectation);
        return name is not null ? await Slots(name, query, text, cancellationToken)
            : text.Problem is not null ? ToolAnswer<ExpectedRuns>.Refused(text)
            : await All(query, text, cancellationToken);
    }

    async Task<ToolAnswer<ExpectedRuns>> All(
        ExpectedQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var page = ListPage.Read(text, "expected", query.Limit, query.Cursor);
        if (text.Problem is not null)
            return ToolAnswer<ExpectedRuns>.Refused(text);
        var all = await expectations.List(cancellationToken);
        var empty = new ExpectedRuns { Items = [], Slots = [], NextCursor = null };
        if (page.Rest(all, expected => expected.Name) is not { } rest)
            return ToolAnswer<ExpectedRuns>.Refused(ListPage.Moved);
        var items = room.Fill(empty, rest.Take(page.Limit).Select(ExpectationLine.From));
        return empty with { Items = items, NextCursor = page.Next(rest, items.Count, expected => expected.Name) };
    }

    async Task<ToolAnswer<ExpectedRuns>> Slots(
        string name, ExpectedQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var page = text.Page($"slots\n{name}", query.Limit, query.Cursor, usual: 20);
        if (text.Problem is not null)
            return ToolAnswer<ExpectedRuns>.Refused(text);
        if (await expectations.Find(name, cancellationToken) is not { } expected
            || await slots.Find(name, page.After?.At, page.Limit, cancellationToken) is not { } found)
        {
            return ToolAnswer<ExpectedRuns>.Refused(
                "name: There is no such expectation. Call again without it for the names of all.");
        }

        var empty = new ExpectedRuns { Items = [ExpectationLine.From(expected)], Slots = [], NextCursor = null };
        var shown = room.Fill(empty, found.Items.Select(SlotLine.From));
        var next = shown.Count < found.Items.Count ? shown[^1].At : found.NextBefore;
        return empty with
        {
            Slots = shown,
            NextCursor = next is { } at ? Cursor.Write(new PageKey(at, default), page.List) : null,
        };
    }
}
