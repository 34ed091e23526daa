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

    /// <summary>The candidate of the address, and by when.</summary>
    public (string Candidate, DateTime AsOf) Read(QueryReader text, string code, DateTime now)
    {
        // A slash within a part of an address stays escaped, or it would end the part.
        var candidate = text.Text("code", code.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
        var asOf = LedgerTime.Time(LedgerTime.Of(text.Time("asOf", AsOf) ?? now));
        if (asOf > now)
        {
            text.Refuse<string>("asOf", $"{LedgerTime.Text(asOf)} is ahead of the ledger's clock, which has "
                + $"{LedgerTime.Text(now)}: what has not happened yet is no evidence. Leave it out for now.");
        }

        return (candidate ?? "", asOf);
    }
}
