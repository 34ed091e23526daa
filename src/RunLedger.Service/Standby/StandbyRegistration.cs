using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using RunLedger.Schema;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Postgres;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Standby;

/// <summary>
/// Lets what only reads do so on a standby, where <c>ConnectionStrings:PostgresReading</c> names one.
/// </summary>
static class StandbyRegistration
{
    /// <summary>The name of the connection string.</summary>
    public const string Connection = "PostgresReading";

    const string Key = "run-ledger-reading";

    /// <summary>After the contexts that read from the primary.</summary>
    public static IServiceCollection AddStandby(this IServiceCollection services, IConfiguration settings)
    {
        services.AddOptions<StandbyOptions>()
            .Configure(options => LedgerSettings.Bind(settings.GetSection(StandbyOptions.Section), options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton<LastAction>();
        if (!IsNamed(settings, out var standby))
            return services;
        services.AddKeyedSingleton(Key, (_, _) => StandbyDatabase.Connect(standby));
        services.AddSingleton(provider => new StandbyDatabase(
            provider.GetRequiredKeyedService<NpgsqlDataSource>(RunLedgerRegistration.DataSource),
            provider.GetRequiredKeyedService<NpgsqlDataSource>(Key),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<StandbyState>();
        services.AddSingleton<StandbyMeter>();
        services.AddSingleton<OwnActions>();
        services.AddHostedService<StandbyWatch>();
        services.AddHealthChecks().AddCheck<StandbyHealthCheck>("ledger-standby", tags: ["ready"]);
        services.AddSingleton<IDbContextFactory<LedgerDb>>(provider => new StandbyContexts(
            new PooledDbContextFactory<LedgerDb>(provider.GetRequiredService<DbContextOptions<LedgerDb>>()),
            new PooledDbContextFactory<LedgerDb>(DatabaseRegistration.Options(
                provider, new PostgresDialect(provider.GetRequiredKeyedService<NpgsqlDataSource>(Key))))));
        return services;
    }

    /// <summary>After the route is known, and who asks.</summary>
    public static void UseStandby(this WebApplication app)
    {
        if (app.Services.GetService<StandbyState>() is not null)
            app.UseMiddleware<SourceChoice>();
    }

    /// <summary>What keeps it from being started, in the words of the settings.</summary>
    public static IEnumerable<string> Faults(IConfiguration settings)
    {
        if (!IsNamed(settings, out var standby))
            yield break;
        if (PostgresTarget.Read(standby, settings) is { ConnectionString: null } unreadable)
            yield return $"ConnectionStrings__{Connection}: {unreadable.Fault}";
        if (string.IsNullOrEmpty(settings.GetConnectionString("Postgres")))
            yield return $"ConnectionStrings__{Connection} needs ConnectionStrings__Postgres: "
                + "it names a standby of the server where the ledger writes";
    }

    static bool IsNamed(IConfiguration settings, out string standby) =>
        (standby = settings.GetConnectionString(Connection) ?? "").Length > 0;
}
