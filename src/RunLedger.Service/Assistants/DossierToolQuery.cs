using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>The arguments of <c>dossier</c>.</summary>
sealed record DossierToolQuery
{
    [Description("The code of the process candidate, exactly.")]
    [Required]
    [FromQuery(Name = "candidate")]
    public string? Candidate { get; init; }

    [Description("By the publishers' clocks; what occurred later does not count. Without it the ledger's now.")]
    [QueryFormat(QueryFormatAttribute.Time)]
    [FromQuery(Name = "asOf")]
    public string? AsOf { get; init; }

    [Description("How many groups of failures a page holds at most; without it 20.")]
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [Description("nextCursor of the answer before, for the failures after those; send asOf of that answer too.")]
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}
