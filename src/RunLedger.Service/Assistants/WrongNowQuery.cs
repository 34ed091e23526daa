using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;

namespace RunLedger.Service.Assistants;

/// <summary>The arguments of <c>what_is_wrong_now</c>.</summary>
sealed record WrongNowQuery
{
    [Description("How many incidents a page holds at most; without it 20.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the answer before, for the incidents after those.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}
