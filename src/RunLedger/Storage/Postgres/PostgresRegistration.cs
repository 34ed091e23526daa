using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RunLedger.Batching;
using RunLedger.Deadlines;
using RunLedger.Definitions;
using RunLedger.Retention;
using RunLedger.Scheduling;
using RunLedger.Sealing;

namespace RunLedger.Storage.Postgres;

/// <summary>The ledger's stores in PostgreSQL, by the key of the provider.</summary>
static class PostgresRegistration
{
    const StorageProvider Key = StorageProvider.Postgres;

    public static IServiceCollection AddPostgresStorage(this IServiceCollection services) => services
        .AddKeyedSingleton(RunLedgerRegistration.DataSource, (provider, _) =>
            LedgerStore.Connect(provider.GetRequiredService<RunLedgerOptions>().Postgres!))
        .AddKeyedSingleton<ILedgerStore>(Key, (provider, _) => new LedgerStore(Database(provider), Seals(provider)))
        .AddKeyedSingleton<ISweepStore>(Key, (provider, _) => new SweepStore(Database(provider), Seals(provider)))
        .AddKeyedSingleton<IScheduleStore>(Key, (provider, _) => new ScheduleStore(Database(provider), Seals(provider)))
        .AddKeyedSingleton<IArchiveStore>(Key, (provider, _) => new ArchiveStore(Database(provider), Seals(provider)))
        .AddKeyedSingleton<IDefinitionStore>(Key, (provider, _) =>
            new DefinitionStore(Database(provider), Seals(provider)))
        .AddKeyedSingleton<ILedgerTransactions>(Key, (provider, _) => new LedgerTransactions(Database(provider)));

    static CommitSeals? Seals(IServiceProvider provider) => provider.GetRequiredService<CommitSealing>().Seals;

    static NpgsqlDataSource Database(IServiceProvider provider) =>
        provider.GetRequiredKeyedService<NpgsqlDataSource>(RunLedgerRegistration.DataSource);
}
