using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace RunLedger.Service.Security;

/// <summary>How often an address may try to sign in.</summary>
static class RateLimits
{
    public const string Login = "login";

    /// <summary>A person mistypes; nobody guesses 256 bits. It keeps the log of failures readable.</summary>
    const int LoginsPerMinute = 10;

    public static void Add(RateLimiterOptions limiter) =>
        limiter.AddPolicy(Login, http => RateLimitPartition.GetFixedWindowLimiter(
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new() { PermitLimit = LoginsPerMinute, Window = TimeSpan.FromMinutes(1) }));
}
