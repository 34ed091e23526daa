using Microsoft.AspNetCore.Http.Features;

namespace RunLedger.Service.Web;

/// <summary>
/// A path as it was sent. The server unpacks a path but for its slashes, so what may hold anything, slashes and percent
/// signs too, is read from here.
/// </summary>
static class SentPath
{
    /// <summary>What follows a folder, still packed; empty where the path has no such folder.</summary>
    public static string After(HttpContext http, string folder)
    {
        // A server in memory has no path as it was sent.
        var sent = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = sent.Length > 0 ? sent.Split('?', 2)[0] : http.Request.Path.ToUriComponent();
        // As routes are matched.
        var at = path.IndexOf(folder, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : path[(at + folder.Length)..];
    }
}
