using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Database;
using RunLedger.Service.Web;
using RunLedger.Unlike;

namespace RunLedger.Service.Runs;

/// <summary>
/// The query of <c>GET /api/runs</c>, of its export and of the page, as it comes: text, so that what cannot be read is
/// answered in our words.
/// </summary>
sealed record RunListQuery
{
    [Description("Only runs in this status, or in one of several, separated by commas.")]
    [FromQuery(Name = "status")]
    public string? Status { get; init; }

    [Description("Only runs of this process candidate.")]
    [FromQuery(Name = "candidate")]
    public string? Candidate { get; init; }

    [Description("Only runs with this wire key.")]
    [FromQuery(Name = "correlationId")]
    public string? CorrelationId { get; init; }

    [Description("Only runs that this kind of system spoke of: dot_runtime, job_queue, workflow_engine or dry_run.")]
    [FromQuery(Name = "source")]
    public string? Source { get; init; }

    [Description("Only runs that name this run as their parent.")]
    [QueryFormat(QueryFormatAttribute.Id)]
    [FromQuery(Name = "parentRunId")]
    public string? ParentRunId { get; init; }

    [Description("Only runs that are unlike those before them, the newest 5,000 of them: slow or suspicious.")]
    [FromQuery(Name = "unlike")]
    public string? Unlike { get; init; }

    [Description("Only runs of which the evidence of a message says this version, among the newest 50,000 of the "
        + "candidate that is asked for, else of all: searchedNewest says when there are more.")]
    [FromQuery(Name = "version")]
    public string? Version { get; init; }

    [Description("true: also runs that have left for the archive, with archivedAt; not together with unlike, whose "
        + "marks the archive has not.")]
    [FromQuery(Name = "archived")]
    public string? Archived { get; init; }

    [Description("Only runs the ledger first heard of at this time or later (createdAt, ISO 8601).")]
    [QueryFormat(QueryFormatAttribute.Time)]
    [FromQuery(Name = "since")]
    public string? Since { get; init; }

    [Description("Only runs the ledger first heard of before this time (createdAt, ISO 8601).")]
    [QueryFormat(QueryFormatAttribute.Time)]
    [FromQuery(Name = "until")]
    public string? Until { get; init; }

    [Description("The same as since.")]
    [QueryFormat(QueryFormatAttribute.Time)]
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    [Description("The same as until.")]
    [QueryFormat(QueryFormatAttribute.Time)]
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    [Description(
        "Free text: the runs of an id (of a run, a parent, a component or a job of the queue; of a run also its first "
            + "six digits or more), a wire key, an idempotency key or a candidate, wherever they are; "
            + "where there is none, those with the text in a code, key or error among the newest 50,000 of the time "
            + "asked for: searchedNewest then says so.")]
    [FromQuery(Name = "q")]
    public string? Text { get; init; }

    [Description("How many runs a page holds at most.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the page before, for the page after it.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    [Description("prevCursor of the page before, for the page of newer runs that ends where it begins.")]
    [FromQuery(Name = "before")]
    public string? Before { get; init; }

    public (RunFilter Filter, PageRequest Page) Read(QueryReader text)
    {
        var filter = Filter(text);
        return (filter, text.Page($"runs\n{filter.Fingerprint}", Limit, Cursor, Before));
    }

    public RunFilter Filter(QueryReader text)
    {
        var filter = Parts(text);
        if (filter is { Archived: true, Unlike: not null })
        {
            text.Refuse<string>(
                "unlike", "The archive does not say what was unlike: leave out archived=true, or unlike.");
        }

        return filter;
    }

    RunFilter Parts(QueryReader text) => new()
    {
        Statuses = text.Statuses(Status),
        Candidate = text.Text("candidate", Candidate),
        CorrelationId = text.Text("correlationId", CorrelationId),
        Source = text.Source(Source),
        ParentRunId = text.Id("parentRunId", ParentRunId),
        Unlike = text.OneOf("unlike", Unlike, UnlikeKindText.All) is { } kind ? UnlikeKindText.Parse(kind) : null,
        Version = text.Text("version", Version),
        Archived = text.Flag("archived", Archived),
        Since = text.Time("since", Since) ?? text.Time("from", From),
        Until = text.Time("until", Until) ?? text.Time("to", To),
        Text = text.Search("q", Text),
    };
}
