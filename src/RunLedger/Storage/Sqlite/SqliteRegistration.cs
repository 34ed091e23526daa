using Microsoft.Extensions.DependencyInjection;
using RunLedger.Batching;
using RunLedger.Deadlines;
using RunLedger.Definitions;
using RunLedger.Retention;
using RunLedger.Scheduling;
using RunLedger.Sealing;

namespace RunLedger.Storage.Sqlite;

/// <summary>The ledger's stores in the embedded file, by the key of the provider.</summary>
static class SqliteRegistration
{
    const StorageProvider Key = StorageProvider.Sqlite;

    public static IServiceCollection AddSqliteStorage(this IServiceCollection services) => services
        .AddSingleton(provider => new LedgerStore(
            provider.GetRequiredService<RunLedgerOptions>().SqliteFile,
            provider.GetRequiredService<CommitSealing>().Seals))
        .AddKeyedSingleton<ILedgerStore>(Key, (provider, _) => File(provider))
        .AddKeyedSingleton<ISweepStore>(Key, (provider, _) => new SweepStore(File(provider)))
        .AddKeyedSingleton<IScheduleStore>(Key, (provider, _) => new ScheduleStore(File(provider)))
        .AddKeyedSingleton<IArchiveStore>(Key, (provider, _) => new ArchiveStore(File(provider)))
        .AddKeyedSingleton<IDefinitionStore>(Key, (provider, _) => new DefinitionStore(File(provider)))
        .AddKeyedSingleton<ILedgerTransactions>(Key, (provider, _) => new LedgerTransactions(File(provider)));

    static LedgerStore File(IServiceProvider provider) => provider.GetRequiredService<LedgerStore>();
}
