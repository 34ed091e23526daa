using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Candidates;

/// <summary>The query of <c>GET /api/candidates/{code}</c>, and of the page.</summary>
sealed record CandidateQuery
{
    const int MostDays = 90;

    [Description("Over how many days figures are counted: 1 to 90, without it 30.")]
    [FromQuery(Name = "days")]
    public string? Days { get; init; }

    [Description("true: also runs that have left for the archive.")]
    [FromQuery(Name = "archived")]
    public string? Archived { get; init; }

    public (int Days, bool Archived) Read(QueryReader text) =>
        (text.Number("days", Days, CandidateQueries.Days, MostDays), text.Flag("archived", Archived));
}
