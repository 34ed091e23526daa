using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using RunLedger.Service.Security;

namespace RunLedger.Service.Intake;

/// <summary>
/// What requests with observations take of this process: bytes as their bodies arrive, and a place once all of a body
/// is there. So a slow sender takes what it has sent, and no place.
/// </summary>
sealed class IntakeShares(IOptions<IntakeOptions> options) : IDisposable
{
    readonly PartitionedRateLimiter<HttpContext> _bytes = Shares.Create(options.Value.MaxBufferedBytes);
    readonly PartitionedRateLimiter<HttpContext> _places = Shares.Create(options.Value.MaxRequests);

    /// <summary>How many requests have one.</summary>
    public int Places { get; } = options.Value.MaxRequests;

    /// <returns>So many bytes, to be given back with the body; null where they are not to be had.</returns>
    public RateLimitLease? TryTakeBytes(HttpContext http, int count) => Taken(_bytes.AttemptAcquire(http, count));

    /// <returns>A place, to be given back with the answer; null where there is none.</returns>
    public RateLimitLease? TryTakePlace(HttpContext http) => Taken(_places.AttemptAcquire(http));

    public void Dispose()
    {
        _bytes.Dispose();
        _places.Dispose();
    }

    static RateLimitLease? Taken(RateLimitLease lease)
    {
        if (lease.IsAcquired)
            return lease;
        lease.Dispose();
        return null;
    }
}
