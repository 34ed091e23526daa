using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>The arguments of <c>compare_runs</c>.</summary>
sealed record CompareRunsQuery
{
    [Description("The id of the run.")]
    [QueryFormat(QueryFormatAttribute.Id)]
    [Required]
    [FromQuery(Name = "run")]
    public string? Run { get; init; }

    [Description("The id of the other; without it the last run of its candidate before it that completed.")]
    [QueryFormat(QueryFormatAttribute.Id)]
    [FromQuery(Name = "against")]
    public string? Against { get; init; }

    [Description("How many differences a page holds at most; without it 20.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the answer before, for the differences after those.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}
