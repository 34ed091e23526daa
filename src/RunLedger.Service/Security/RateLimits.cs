using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RunLedger.Service.Intake;

namespace RunLedger.Service.Security;

/// <summary>
/// How often somebody may ask: the intake by who asks, the login by address. How much is under way at once is the
/// intake's own limit.
/// </summary>
static class RateLimits
{
    public const string Login = "login";

    /// <summary>A person mistypes; nobody guesses 256 bits. It keeps the log of failures readable.</summary>
    const int LoginsPerMinute = 10;

    public static void Add(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(OfIntake);
        limiter.AddPolicy(Login, http => RateLimitPartition.GetFixedWindowLimiter(
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new() { PermitLimit = LoginsPerMinute, Window = TimeSpan.FromMinutes(1) }));
    }

    /// <summary>429, and when to come back.</summary>
    public static async ValueTask Answer(OnRejectedContext rejection, CancellationToken cancellationToken)
    {
        var wait = rejection.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        rejection.HttpContext.Response.Headers.RetryAfter = seconds;
        await TypedResults.Problem(
            after == default
                ? $"More than {IntakeLimits.MaxRequests} requests are under way: send it again."
                : $"Too many requests: send it again in {seconds} s, and more observations at once.",
            statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(rejection.HttpContext);
    }

    static RateLimitPartition<string> OfIntake(HttpContext http)
    {
        if (Policy(http) != IntakeEndpoints.Policy || Who.Of(http.User) is not { Source: not "local" } who)
            return RateLimitPartition.GetNoLimiter("");
        var most = http.RequestServices.GetRequiredService<IOptions<IntakeOptions>>().Value.RequestsPerSecond;
        return RateLimitPartition.GetTokenBucketLimiter($"{who.Source}:{who.Id}", _ => new()
        {
            TokenLimit = most,
            TokensPerPeriod = most,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        });
    }

    static string? Policy(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName;
}
