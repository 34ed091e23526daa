using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RunLedger.Service.Security;

namespace RunLedger.Service.Intake;

/// <summary>How many requests with observations a second a key or user may send.</summary>
static class IntakeRateLimits
{
    public const string Policy = "intake";

    public static void Add(RateLimiterOptions limiter) => limiter.AddPolicy(Policy, OfCaller);

    static RateLimitPartition<string> OfCaller(HttpContext http)
    {
        if (Caller.From(http.User) is not { Source: not "local" })
            return RateLimitPartition.GetNoLimiter("");
        var most = http.RequestServices.GetRequiredService<IOptions<IntakeOptions>>().Value.RequestsPerSecond;
        return RateLimitPartition.GetTokenBucketLimiter(Shares.CallerOf(http), _ => new()
        {
            TokenLimit = most,
            TokensPerPeriod = most,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        });
    }
}
