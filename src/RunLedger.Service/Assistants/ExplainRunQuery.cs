using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>The arguments of <c>explain_run</c>.</summary>
sealed record ExplainRunQuery
{
    [Description("The id of the run, or one of its earlier ids.")]
    [QueryFormat(QueryFormatAttribute.Id)]
    [Required]
    [FromQuery(Name = "run")]
    public string? Run { get; init; }

    [Description("How many components a page holds at most; without it 20.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the answer before, for the components after those.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}
