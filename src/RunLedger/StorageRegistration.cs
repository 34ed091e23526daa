using Microsoft.Extensions.DependencyInjection;
using RunLedger.Batching;
using RunLedger.Deadlines;
using RunLedger.Definitions;
using RunLedger.Retention;
using RunLedger.Scheduling;
using RunLedger.Sealing;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;
using RunLedger.Storage.Sqlite;

namespace RunLedger;

/// <summary>The ledger's stores, in the database that the options name.</summary>
static class StorageRegistration
{
    /// <summary>Needs <see cref="RunLedgerOptions"/>; connects and opens nothing before a store is used.</summary>
    public static IServiceCollection AddLedgerStorage(this IServiceCollection services) => services
        .AddSingleton(provider => new CommitSealing(
            provider.GetRequiredService<RunLedgerOptions>().Sealing.Enabled
                ? new CommitSeals(provider.GetService<TimeProvider>() ?? TimeProvider.System)
                : null))
        .AddPostgresStorage()
        .AddSqliteStorage()
        .AddChosen<ILedgerStore>()
        .AddChosen<ISweepStore>()
        .AddChosen<IScheduleStore>()
        .AddChosen<IArchiveStore>()
        .AddChosen<IDefinitionStore>()
        .AddChosen<ILedgerTransactions>();

    static IServiceCollection AddChosen<TStore>(this IServiceCollection services)
        where TStore : class => services.AddSingleton(provider =>
            provider.GetRequiredKeyedService<TStore>(provider.GetRequiredService<RunLedgerOptions>().Provider));
}
