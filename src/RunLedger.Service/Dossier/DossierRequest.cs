using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Folding;
using RunLedger.Service.Web;

namespace RunLedger.Service.Dossier;

/// <summary>The query of <c>GET /api/candidates/{code}/dossier</c>, and of the page.</summary>
sealed record DossierRequest
{
    [Description("By the publishers' clocks; what occurred later does not count. Without it the ledger's now.")]
    [QueryFormat(QueryFormatAttribute.Time)]
    [FromQuery(Name = "asOf")]
    public string? AsOf { get; init; }

    /// <summary>What the address of a dossier ends with.</summary>
    public const string Below = "/dossier";

    /// <summary>The candidate of the address, and by when.</summary>
    public (string Candidate, DateTime AsOf) Read(QueryReader text, HttpContext http, DateTime now)
    {
        var candidate = text.Text("code", CandidateAddress.CodeOf(http, Below));
        return (candidate ?? "", ReadAsOf(text, now));
    }

    /// <summary>By when.</summary>
    public DateTime ReadAsOf(QueryReader text, DateTime now)
    {
        var asOf = LedgerTime.Time(LedgerTime.Of(text.Time("asOf", AsOf) ?? now));
        if (asOf > now)
        {
            text.Refuse<string>("asOf", $"{LedgerTime.Text(asOf)} is ahead of the ledger's clock, which has "
                + $"{LedgerTime.Text(now)}: what has not happened yet is no evidence. Leave it out for now.");
        }

        return asOf;
    }
}
