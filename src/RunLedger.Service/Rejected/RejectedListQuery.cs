using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Database;
using RunLedger.Service.Web;

namespace RunLedger.Service.Rejected;

/// <summary>The query of <c>GET /api/rejected</c>, and of the page.</summary>
sealed record RejectedListQuery
{
    [Description("Only rows in this state: open, resending, resent or discarded.")]
    [FromQuery(Name = "state")]
    public string? State { get; init; }

    [Description("Only open rows of this group, a fingerprint of /api/rejected/groups.")]
    [FromQuery(Name = "group")]
    public string? Group { get; init; }

    [Description("How many a page holds at most.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the page before, for the page after it.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    [Description("prevCursor of a page, for the page of newer ones before it.")]
    [FromQuery(Name = "before")]
    public string? Before { get; init; }

    public (RejectedFilter Filter, PageRequest Page) Read(QueryReader text, int usual = QueryReader.DefaultLimit)
    {
        var filter = new RejectedFilter(
            text.OneOf("state", State, RejectedQueries.States), text.Text("group", Group));
        return (filter, text.Page($"rejected\n{filter.State}\n{filter.Fingerprint}", Limit, Cursor, Before, usual));
    }
}
