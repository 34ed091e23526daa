using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RunLedger.Service.Database;

/// <summary>Registers the context through which every feature reads.</summary>
static class DatabaseRegistration
{
    public static IServiceCollection AddLedgerDatabase(this IServiceCollection services, ReadingDialect dialect)
    {
        services.TryAddSingleton(dialect);
        services.AddPooledDbContextFactory<LedgerDb>(options =>
            dialect.Use(options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)));
        services.TryAddSingleton(TimeProvider.System);
        return services;
    }
}
