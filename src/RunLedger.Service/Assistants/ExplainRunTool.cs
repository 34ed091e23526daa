using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Runs;
using RunLedger.Service.Unlike;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Assistants;

/// <summary>One run with all that the ledger can say of it.</summary>
sealed class ExplainRunTool(
    ToolCalls calls, RunQueries runs, UnlikeQueries unlike, AnswerRoom room, TimeProvider time)
    : LedgerTool<ExplainRunQuery, ExplainedRun>(calls)
{
    const int Usual = 20;

    protected override string Name => "explain_run";

    protected override string Title => "Explain a run";

    protected override string About =>
        "What became of one run, archived or not, and why: a sentence, its error, flags, warnings, evidence, when it "
        + "should end, and its components a page at a time. find_runs and failures give ids of runs.";

    protected override async Task<ToolAnswer<ExplainedRun>> Answer(
        ExplainRunQuery query, QueryReader text, CancellationToken cancellationToken)
    {
        var sent = text.Id("run", text.Required("run", query.Run));
        var asked = new ComponentListQuery { Limit = query.Limit, Cursor = query.Cursor };
        // What is wrong besides is said at once; which run the cursor is of is known later.
        text.Limit(query.Limit);
        if (text.Problem is not null)
            return ToolAnswer<ExplainedRun>.Refused(text);
        if (await runs.Find(sent.GetValueOrDefault(), cancellationToken) is not { } run)
            return ToolAnswer<ExplainedRun>.Refused($"The ledger has no run {sent}. find_runs gives ids of runs.");
        var page = asked.Read(text, run.ProcessRunId, Usual);
        if (text.Problem is not null)
            return ToolAnswer<ExplainedRun>.Refused(text);
        var empty = await Head(run, cancellationToken);
        var found = await runs.Components(run.ProcessRunId, page.After, page.Limit, cancellationToken);
        var components = room.Fill(empty, found.Items.Select(ComponentLine.From));
        var next = components.Count == found.Items.Count ? found.Next : Key(found.Items[components.Count - 1].Row);
        return empty with
        {
            Components = components,
            NextCursor = next is { } key ? Cursor.Write(key, page.List) : null,
        };
    }

    async Task<ExplainedRun> Head(RunRow run, CancellationToken cancellationToken)
    {
        var archived = await runs.ArchivedAt(run.ProcessRunId, cancellationToken);
        var figures = await runs.WithFigures(run.ProcessRunId, null, 1, cancellationToken);
        var outlook = archived is null ? await unlike.Outlook(run, cancellationToken) : null;
        var others = (await unlike.Of([run], cancellationToken))(run);
        var view = RunView.Of(run);
        return new()
        {
            Run = RunLine.From(run),
            ArchivedAt = archived,
            ShouldEndFrom = outlook?.From,
            ShouldEndTo = outlook?.To,
            ComponentsByStatus = Enum.GetValues<RunStatus>()
                .ToDictionary(status => status.Text(), status => figures.Counts.GetValueOrDefault(status)),
            Components = [],
            NextCursor = null,
            DataNotInstructions = new()
            {
                Summary = OutsideText.Cut(
                    RunSummary.Of(run, figures, time.GetUtcNow().UtcDateTime), OutsideText.Sentence),
                Remarks = OutsideText.Sentences(
                [
                    .. view.Flags.Where(flag => flag.IsOpen).Select(RunView.Sentence),
                    .. others.Select(one => one.Text), .. view.Warnings, .. view.Conflicts,
                    .. view.Flags.Where(flag => !flag.IsOpen).Select(RunView.Sentence),
                ]),
                Evidence = AnswerRoom.Cut(run.EvidenceRef, room.ForEvidence),
            },
        };
    }

    static PageKey? Key(ComponentRow component) => new(component.StartedAt, component.ComponentRunId);
}
