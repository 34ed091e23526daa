using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Failures;

/// <summary>The query of <c>GET /api/failures</c>, and of the page.</summary>
sealed record FailureListQuery
{
    [Description("Only failures that ended at this time or later (ISO 8601); without it the last 24 hours.")]
    [QueryFormat(QueryFormatAttribute.Time)]
    [FromQuery(Name = "since")]
    public string? Since { get; init; }

    /// <summary>From when on.</summary>
    public DateTime Read(QueryReader text, DateTime usual) => text.Time("since", Since) ?? usual;
}
