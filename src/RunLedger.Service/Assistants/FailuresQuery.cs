using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>The arguments of <c>failures</c>.</summary>
sealed record FailuresQuery
{
    [Description("Only failures that ended at this time or later (ISO 8601); without it the last 24 hours.")]
    [QueryFormat(QueryFormatAttribute.Time)]
    [FromQuery(Name = "since")]
    public string? Since { get; init; }

    [Description("Only those of this process candidate, exactly.")]
    [FromQuery(Name = "candidate")]
    public string? Candidate { get; init; }

    [Description("How many groups a page holds at most; without it 20.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the answer before, for the groups after those.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}
