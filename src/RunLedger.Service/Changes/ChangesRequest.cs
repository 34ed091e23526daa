using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Changes;

/// <summary>The query of <c>GET /api/runs/{id}/changes</c>, and of the page.</summary>
sealed record ChangesRequest
{
    [Description("The other run; without it the last run of the candidate before this one that completed.")]
    [QueryFormat(QueryFormatAttribute.Id)]
    [FromQuery(Name = "against")]
    public string? Against { get; init; }

    public Guid? Read(QueryReader text) => text.Id("against", Against);
}
