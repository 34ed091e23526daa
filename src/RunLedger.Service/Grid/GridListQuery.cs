using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Grid;

/// <summary>The query of <c>GET /api/grid</c>, and of the page.</summary>
sealed record GridListQuery
{
    [Description("The process candidate, exactly.")]
    [FromQuery(Name = "candidate")]
    public string? Candidate { get; init; }

    [Description("How many of its latest runs, at most 100; without it 30.")]
    [FromQuery(Name = "runs")]
    public string? Runs { get; init; }

    [Description("true: also runs that have left for the archive.")]
    [FromQuery(Name = "archived")]
    public string? Archived { get; init; }

    /// <summary>The page has no candidate before one is named.</summary>
    public (string? Candidate, int Runs, bool Archived) Read(QueryReader text) => (
        text.Text("candidate", Candidate),
        text.Number("runs", Runs, GridQuery.DefaultRuns, GridQuery.MostRuns),
        text.OneOf("archived", Archived, ["true", "false"]) == "true");
}
