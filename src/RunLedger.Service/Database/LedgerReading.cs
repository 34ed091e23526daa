using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using RunLedger.Service.Actions;
using RunLedger.Service.Failures;
using RunLedger.Service.Grid;
using RunLedger.Service.Overview;
using RunLedger.Service.Rejected;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;

namespace RunLedger.Service.Database;

/// <summary>
/// Registers what <c>MapLedgerReading</c> answers from, and the document that the host's <c>MapOpenApi</c> serves.
/// </summary>
static class LedgerReading
{
    /// <summary>Reads the ledger in PostgreSQL; the data source stays its owner's to dispose.</summary>
    public static IServiceCollection AddLedgerReading(this IServiceCollection services, NpgsqlDataSource postgres) =>
        services.AddReading(options => options.UseNpgsql(postgres));

    /// <summary>Reads the embedded ledger.</summary>
    public static IServiceCollection AddLedgerReading(this IServiceCollection services, string sqliteConnection) =>
        services.AddReading(options => options.UseSqlite(sqliteConnection));

    static IServiceCollection AddReading(this IServiceCollection services, Action<DbContextOptionsBuilder> store)
    {
        services.AddPooledDbContextFactory<LedgerDb>(options =>
            store(options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RunQueries>();
        services.TryAddSingleton<RunTreeQuery>();
        services.TryAddSingleton<RejectedQueries>();
        services.TryAddSingleton<FailureQueries>();
        services.TryAddSingleton<GridQuery>();
        services.TryAddSingleton<OverviewQuery>();
        services.TryAddSingleton<ActivityQuery>();
        services.TryAddSingleton<ActionQueries>();
        return services.AddOpenApi(options => options.AddOperationTransformer(OperationExamples.Add));
    }
}
