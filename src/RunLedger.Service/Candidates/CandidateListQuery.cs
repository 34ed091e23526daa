using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Candidates;

/// <summary>The query of <c>GET /api/candidates</c>, and of the page.</summary>
sealed record CandidateListQuery
{
    /// <summary>Each costs as much as a page of runs.</summary>
    public const int MostItems = 50;
    public const int UsualItems = 20;

    [Description("Only candidates of this pattern: * is any characters, ? is one, and case counts, as in policies; "
        + "without either the text is looked for anywhere in the code.")]
    [FromQuery(Name = "pattern")]
    public string? Pattern { get; init; }

    [Description("Only candidates whose newest run this kind of system spoke of: dot_runtime, job_queue, "
        + "workflow_engine or dry_run.")]
    [FromQuery(Name = "source")]
    public string? Source { get; init; }

    [Description("true: also candidates and runs that have left for the archive.")]
    [FromQuery(Name = "archived")]
    public string? Archived { get; init; }

    [Description("How many candidates a page holds at most: 1 to 50, without it 20.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the page before, for the page after it.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    public (CandidateFilter Filter, CandidatePageRequest Page) Read(QueryReader text)
    {
        var filter = new CandidateFilter(
            text.Search("pattern", Pattern), text.Source(Source), text.Flag("archived", Archived));
        var list = $"candidates\n{filter.Pattern}\n{filter.Source}{(filter.Archived ? "\narchived" : "")}";
        var limit = text.Number("limit", Limit, UsualItems, MostItems);
        return (filter, new(list, limit, text.Key("cursor", Cursor, list)));
    }
}
