using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RunLedger.Service.Database;

/// <summary>Registers the context through which every feature reads.</summary>
static class DatabaseRegistration
{
    public static IServiceCollection AddLedgerDatabase(this IServiceCollection services, ReadingDialect dialect)
    {
        services.TryAddSingleton(dialect);
        services.AddPooledDbContextFactory<LedgerDb>(options => Configure(options, dialect));
        services.TryAddSingleton(TimeProvider.System);
        return services;
    }

    /// <summary>The same of another server that has the same database.</summary>
    public static DbContextOptions<LedgerDb> Options(IServiceProvider services, ReadingDialect dialect)
    {
        var options = new DbContextOptionsBuilder<LedgerDb>();
        options.UseApplicationServiceProvider(services);
        Configure(options, dialect);
        return options.Options;
    }

    static void Configure(DbContextOptionsBuilder options, ReadingDialect dialect) =>
        dialect.Use(options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking));
}
