using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;

namespace RunLedger.Service.Assistants;

/// <summary>The arguments of <c>sql</c>.</summary>
sealed record SqlToolQuery
{
    [Description("One select over the views runs and components, in DuckDB's SQL.")]
    [Required]
    [FromQuery(Name = "sql")]
    public string? Sql { get; init; }

    [Description("How many rows a page holds at most; without it 20.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the answer before, for the rows after those: the statement runs again, so order it.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}
