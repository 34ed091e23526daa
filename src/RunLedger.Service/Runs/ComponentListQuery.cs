using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Database;
using RunLedger.Service.Web;

namespace RunLedger.Service.Runs;

/// <summary>The query of <c>GET /api/runs/{id}/components</c>, and of the components on a run's page.</summary>
sealed record ComponentListQuery
{
    [Description("How many components a page holds at most.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the page before, for the page after it.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    public PageRequest Read(QueryReader text, Guid run, int usual = QueryReader.DefaultLimit) =>
        text.Page($"components\n{run}", Limit, Cursor, usual: usual, timeless: true);
}
