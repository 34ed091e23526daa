using Microsoft.AspNetCore.Antiforgery;

namespace RunLedger.Service.Security;

/// <summary>Proof that a form, or a page's request, is of a page of ours.</summary>
static class FormToken
{
    /// <summary>Also false for a body in which no token can be found: no form, or one that is none.</summary>
    /// <exception cref="BadHttpRequestException">The body is over its limit, or ended early.</exception>
    public static async Task<bool> IsValid(this IAntiforgery antiforgery, HttpContext http)
    {
        try
        {
            return await antiforgery.IsRequestValidAsync(http);
        }
        catch (AntiforgeryValidationException e)
        {
            return e.InnerException is BadHttpRequestException unread ? throw unread : false;
        }
    }
}
