using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.RateLimiting;

namespace RunLedger.Service.Web;

/// <summary>429, and when to come back.</summary>
static class RateLimitAnswer
{
    public static async ValueTask OnRejected(OnRejectedContext rejection, CancellationToken cancellationToken)
    {
        var http = rejection.HttpContext;
        var answer = rejection.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after)
            ? TooOften(http, after)
            : TooMany(http, "As many are under way as this process, or half as many as one caller, may have");
        await answer.ExecuteAsync(http);
    }

    /// <param name="http">The request.</param>
    /// <param name="why">What there is too much of.</param>
    public static ProblemHttpResult TooMany(HttpContext http, string why) => Problem(http, $"{why}: try again.", 1);

    static ProblemHttpResult TooOften(HttpContext http, TimeSpan after)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds));
        return Problem(
            http,
            string.Create(CultureInfo.InvariantCulture, $"Too many requests: send it again in {seconds} s")
                + ", and more observations at once.",
            seconds);
    }

    static ProblemHttpResult Problem(HttpContext http, string detail, int seconds)
    {
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(detail, statusCode: StatusCodes.Status429TooManyRequests);
    }
}
