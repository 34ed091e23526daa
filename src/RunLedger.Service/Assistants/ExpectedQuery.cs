using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;

namespace RunLedger.Service.Assistants;

/// <summary>The arguments of <c>expected</c>.</summary>
sealed record ExpectedQuery
{
    [Description("The name of one expectation, to be told what came of its slots too; without it all are listed.")]
    [FromQuery(Name = "name")]
    public string? Expectation { get; init; }

    [Description("How many a page holds at most; without it 20.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the answer before, for what is after that.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}
