using Microsoft.Extensions.Options;
using RunLedger.Broker;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Journal;

/// <summary>Puts the journal into the host, where it is on.</summary>
static class JournalRegistration
{
    /// <exception cref="OptionsValidationException">It is on and there is no broker.</exception>
    public static IServiceCollection AddJournal(
        this IServiceCollection services, IConfiguration settings, BrokerAddress? broker)
    {
        services.AddOptions<JournalOptions>()
            .Configure(options => LedgerSettings.Bind(settings.GetSection(JournalOptions.Section), options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        var said = new JournalOptions();
        LedgerSettings.Bind(settings.GetSection(JournalOptions.Section), said);
        if (!said.Enabled)
            return services;
        if (broker is null)
        {
            throw new OptionsValidationException(JournalOptions.Section, typeof(JournalOptions),
                ["Journal__Enabled=true needs ConnectionStrings__RabbitMq: the broker keeps the journal"]);
        }

        services.AddSingleton<JournalState>();
        services.AddHostedService<JournalService>();
        services.AddHealthChecks().AddCheck<JournalHealthCheck>("ledger-journal", tags: ["ready"]);
        return services;
    }
}
