using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RunLedger.Client.Sending;

namespace RunLedger.Client;

/// <summary>Puts the client into a host.</summary>
public static class RunLedgerClientRegistration
{
    /// <summary>
    /// The name of the <see cref="HttpClient"/> that posts to the ledger: <c>services.AddHttpClient(HttpClientName)</c>
    /// configures it further, with credentials for example.
    /// </summary>
    public const string HttpClientName = "run-ledger";

    /// <summary>
    /// Adds <see cref="IRunReporter"/> and the background service that sends what is reported: over the MassTransit bus
    /// of the container, or over HTTP where <see cref="RunLedgerClientOptions.LedgerUrl"/> is set. May be called again:
    /// the options of all calls apply, in turn.
    /// </summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <exception cref="OptionsValidationException">
    /// When the host starts and an option is out of its range, or there is neither a bus nor an address.
    /// </exception>
    public static IServiceCollection AddRunLedgerClient(
        this IServiceCollection services, Action<RunLedgerClientOptions>? configure = null)
    {
        var options = services.AddOptions<RunLedgerClientOptions>();
        if (configure is not null)
            options.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(Sender)))
            return services;

        options.ValidateOnStart();
        services.AddSingleton<IValidateOptions<RunLedgerClientOptions>, RunLedgerClientOptionsValidation>();
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<RunLedgerClientOptions>>().Value);
        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpClient(HttpClientName).RemoveAllLoggers();
        services.AddSingleton<ITransport>(provider =>
            provider.GetRequiredService<RunLedgerClientOptions>().LedgerUrl is { } url
                ? new HttpTransport(provider.GetRequiredService<IHttpClientFactory>(), url)
                : ActivatorUtilities.CreateInstance<BusTransport>(provider));
        services.AddSingleton<Outbox>();
        services.AddSingleton<Sender>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Sender>());
        services.AddSingleton<IRunReporter, RunReporter>();
        return services;
    }
}
