using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RunLedger.Service.Security;

namespace RunLedger.Service.Intake;

/// <summary>
/// How many requests with observations may be under way at once, and how many a second a caller may send.
/// </summary>
static class IntakeRateLimits
{
    public const string Policy = "intake";

    public static void Add(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(OfCaller);
        limiter.AddConcurrencyLimiter(Policy, requests => requests.PermitLimit = IntakeLimits.MaxRequests);
        limiter.OnRejected = Answer;
    }

    /// <summary>429, and when to come back.</summary>
    static async ValueTask Answer(OnRejectedContext rejection, CancellationToken cancellationToken)
    {
        var wait = rejection.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after)
            ? after
            : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        rejection.HttpContext.Response.Headers.RetryAfter = seconds;
        await TypedResults.Problem(
            after == default
                ? $"More than {IntakeLimits.MaxRequests} requests are under way: send it again."
                : $"Too many requests: send it again in {seconds} s, and more observations at once.",
            statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(rejection.HttpContext);
    }

    static RateLimitPartition<string> OfCaller(HttpContext http)
    {
        if (PolicyOf(http) != Policy || Caller.From(http.User) is not { Source: not "local" } caller)
            return RateLimitPartition.GetNoLimiter("");
        var most = http.RequestServices.GetRequiredService<IOptions<IntakeOptions>>().Value.RequestsPerSecond;
        return RateLimitPartition.GetTokenBucketLimiter($"{caller.Source}:{caller.Id}", _ => new()
        {
            TokenLimit = most,
            TokensPerPeriod = most,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        });
    }

    static string? PolicyOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName;
}
