using Npgsql;
using RunLedger.GroupCommit;

namespace RunLedger.Service.Operations;

/// <summary>Registers what an operator does, beside the ledger itself.</summary>
static class OperationsRegistration
{
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<ILedgerStore>() is SqliteStore embedded
            ? new LedgerTransactions(embedded)
            : new LedgerTransactions(provider.GetRequiredKeyedService<NpgsqlDataSource>(RunLedgerRegistration.DataSource)));
        services.AddSingleton<ActionLog>();
        services.AddSingleton<RejectedSignal>();
        services.AddSingleton<RejectedWork>();
        services.AddSingleton<FailureWork>();
        services.AddSingleton<LiveChanges>();
        services.AddHostedService<RejectedWorker>();
        return services;
    }
}
