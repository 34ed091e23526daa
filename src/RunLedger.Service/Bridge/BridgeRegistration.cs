using Microsoft.Extensions.Options;
using Npgsql;
using RunLedger.Schema;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Bridge;

/// <summary>
/// Puts the bridge into the host, where <c>ConnectionStrings:Bridge</c> says whose database it reads.
/// </summary>
static class BridgeRegistration
{
    /// <summary>The name of the connection string.</summary>
    public const string Connection = "Bridge";

    public static IServiceCollection AddBridge(this IServiceCollection services, IConfiguration settings)
    {
        if (string.IsNullOrEmpty(settings.GetConnectionString(Connection)))
            return services;
        services.AddOptions<BridgeOptions>()
            .Configure(options => LedgerSettings.Bind(settings.GetSection(BridgeOptions.Section), options));
        services.AddSingleton<IValidateOptions<BridgeOptions>, BridgeOptionsValidation>();
        services.AddSingleton<BridgeState>();
        services.AddHostedService<BridgeService>();
        services.AddHealthChecks().AddCheck<BridgeHealthCheck>("ledger-bridge", tags: ["ready"]);
        return services;
    }

    /// <summary>What keeps it from being started, in the words of the settings.</summary>
    public static IEnumerable<string> Faults(IConfiguration settings)
    {
        if (settings.GetConnectionString(Connection) is not { Length: > 0 } source)
            yield break;
        if (PostgresTarget.Read(source, settings) is { ConnectionString: null } unreadable)
            yield return $"ConnectionStrings__Bridge: {unreadable.Fault}";
        if (string.IsNullOrEmpty(settings.GetConnectionString("Postgres")))
            yield return "ConnectionStrings__Bridge needs ConnectionStrings__Postgres: its cursor is a table there";
        var section = settings.GetSection(BridgeOptions.Section);
        if (string.IsNullOrWhiteSpace(section[nameof(BridgeOptions.JobQueue)])
            && string.IsNullOrWhiteSpace(section[nameof(BridgeOptions.EventOutbox)]))
            yield return "ConnectionStrings__Bridge needs Bridge__JobQueue or Bridge__EventOutbox: the view "
                + "or query to read";
        foreach (var fault in OptionFaults(section))
            yield return fault;
    }

    static IEnumerable<string> OptionFaults(IConfigurationSection section)
    {
        var options = new BridgeOptions();
        try
        {
            LedgerSettings.Bind(section, options);
        }
        catch (OptionsValidationException e)
        {
            return e.Failures;
        }

        return (new BridgeOptionsValidation().Validate(null, options).Failures ?? []).Select(
            fault => $"{BridgeOptions.Section}__{fault}");
    }
}
