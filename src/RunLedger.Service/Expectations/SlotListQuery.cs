using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Expectations;

/// <summary>The query of <c>GET /api/expectations/{name}/slots</c>, and of the page.</summary>
sealed record SlotListQuery
{
    [Description("How many slots at most, the newest first.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("Slots before this time; nextBefore of the answer before. Without it all until now.")]
    [FromQuery(Name = "before")]
    [QueryFormat("date-time")]
    public string? Before { get; init; }

    public (int Limit, DateTime? Before) Read(QueryReader text) => (text.Limit(Limit), text.Time("before", Before));
}
