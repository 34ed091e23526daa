using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RunLedger.Service.Security;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Web;

/// <summary>
/// How many read, export, listen and ask for dossiers at once. An answer counts until its reader has taken it, which
/// <see cref="ReaderDeadline"/> does not wait for for ever.
/// </summary>
static class ReadingLimits
{
    /// <summary>Of lists, and of the page.</summary>
    public const string Read = "read";
    public const string Export = "export";
    public const string Listen = "listen";
    public const string Dossier = "dossier";

    public static IServiceCollection AddReadingOptions(this IServiceCollection services)
    {
        services.AddOptions<ReadingOptions>()
            .Configure<IConfiguration>((options, settings) =>
                LedgerSettings.Bind(settings.GetSection(ReadingOptions.Section), options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services;
    }

    /// <summary>
    /// Whoever asks is counted before all are: a caller that waits for its share takes nothing of the others'.
    /// </summary>
    public static void Add(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            PolicyOf(http) is { } policy && OfAll(http, policy) is { } all
                ? RateLimitPartition.GetConcurrencyLimiter(
                    $"{policy} {Shares.CallerOf(http)}",
                    _ => new() { PermitLimit = Shares.OfOne(all.PermitLimit), QueueLimit = all.QueueLimit / 2 })
                : RateLimitPartition.GetNoLimiter(""));
        foreach (var policy in (string[])[Read, Export, Listen, Dossier])
        {
            limiter.AddPolicy(
                policy, http => RateLimitPartition.GetConcurrencyLimiter("", _ => OfAll(http, policy)!));
        }
    }

    static ConcurrencyLimiterOptions? OfAll(HttpContext http, string policy)
    {
        var options = http.RequestServices.GetRequiredService<IOptions<ReadingOptions>>().Value;
        return policy switch
        {
            Read => new() { PermitLimit = options.MaxReads, QueueLimit = options.MaxWaiting },
            Export => new() { PermitLimit = options.MaxExports },
            Listen => new() { PermitLimit = options.MaxListeners },
            Dossier => new() { PermitLimit = options.MaxDossiers, QueueLimit = options.MaxWaiting },
            _ => null,
        };
    }

    static string? PolicyOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName;
}
