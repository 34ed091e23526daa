using Microsoft.Extensions.Options;
using RunLedger.Service.Actions;
using RunLedger.Service.Database;
using RunLedger.Service.Failures;
using RunLedger.Service.Overview;
using RunLedger.Service.Rejected;
using RunLedger.Service.Runs;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Host;

/// <summary>Registers what an operator does, beside the ledger itself.</summary>
static class OperationsRegistration
{
    /// <param name="broker">The broker's address; null where the ledger is embedded.</param>
    public static IServiceCollection AddOperations(this IServiceCollection services, Uri? broker)
    {
        services.AddSingleton<ActionLog>();
        services.AddSingleton<RejectedSignal>();
        services.AddSingleton<RejectedWork>();
        services.AddSingleton<FailureWork>();
        services.AddSingleton<RunClosing>();
        services.AddSingleton<LiveChanges>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveChanges>());
        services.AddHostedService<RejectedWorker>();
        services.AddHostedService<ReplicaHeartbeat>();
        if (broker is not null)
        {
            services.AddOptions<BrokerOptions>()
                .Configure<IConfiguration>((options, settings) =>
                    LedgerSettings.Bind(settings.GetSection(BrokerOptions.Section), options, quote: false))
                .ValidateDataAnnotations()
                .ValidateOnStart();
            services.AddSingleton(provider => new BrokerQueues(
                broker,
                provider.GetRequiredService<IOptions<BrokerOptions>>().Value.Management is { Length: > 0 } url ? new Uri(url) : null,
                provider.GetRequiredService<RunLedgerOptions>()));
        }

        return services;
    }
}
