using System.Threading.RateLimiting;

namespace RunLedger.Service.Security;

/// <summary>
/// So much in this process at once, and half of it to one caller: whoever asks for more leaves the others their room.
/// </summary>
static class Shares
{
    /// <summary>What one caller may have of so much.</summary>
    public static int OfOne(int all) => (all + 1) / 2;

    /// <summary>The key or user who asks; where there are none, the address.</summary>
    public static string CallerOf(HttpContext http) => Caller.From(http.User) is { Source: not "local" } caller
        ? $"{caller.Source}:{caller.Id}"
        : $"address:{http.Connection.RemoteIpAddress}";

    public static PartitionedRateLimiter<HttpContext> Create(int all) => PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetConcurrencyLimiter(
            CallerOf(http), _ => new() { PermitLimit = OfOne(all) })),
        PartitionedRateLimiter.Create<HttpContext, string>(_ => RateLimitPartition.GetConcurrencyLimiter(
            "", _ => new() { PermitLimit = all })));
}
