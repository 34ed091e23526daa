namespace RunLedger.Service.Web;

/// <summary>
/// The code of a candidate in a path. A code may hold anything, slashes and percent signs too: it is read from the path
/// as it was sent.
/// </summary>
static class CandidateAddress
{
    const string Folder = "/candidates/";

    /// <summary>For those that no path can end with: a browser takes them for folders.</summary>
    const string Named = "code";

    /// <summary>What stands in the path of these.</summary>
    const string Elsewhere = "-";

    /// <summary>Where the page of the candidate is.</summary>
    /// <param name="code">The candidate's.</param>
    /// <param name="below">A page below it, from its slash on.</param>
    public static string Of(string code, string below = "") => code is "." or ".."
        ? $"{Folder}{Elsewhere}{below}?{Named}={code}"
        : Folder + Uri.EscapeDataString(code) + below;

    /// <summary>The code that is asked for.</summary>
    /// <param name="http">The request.</param>
    /// <param name="below">What its path ends with after the code.</param>
    public static string CodeOf(HttpContext http, string below = "")
    {
        var code = SentPath.After(http, Folder);
        if (code.EndsWith(below, StringComparison.OrdinalIgnoreCase))
            code = code[..^below.Length];
        return code == Elsewhere && http.Request.Query[Named].ToString() is { Length: > 0 } named
            ? named
            : Uri.UnescapeDataString(code);
    }
}
