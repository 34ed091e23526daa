using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Heartbeat;

/// <summary>Who watches the watcher, where somebody does.</summary>
static class HeartbeatRegistration
{
    public static IServiceCollection AddHeartbeat(this IServiceCollection services, IConfiguration settings)
    {
        services.AddOptions<HeartbeatOptions>()
            .Configure(options =>
                LedgerSettings.Bind(settings.GetSection(HeartbeatOptions.Section), options, quote: false))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<HeartbeatOptions>, HeartbeatValidation>());
        if (!string.IsNullOrEmpty(settings.GetSection(HeartbeatOptions.Section)[nameof(HeartbeatOptions.Address)]))
            services.AddHostedService<OutwardHeartbeat>();
        return services;
    }

    sealed class HeartbeatValidation : IValidateOptions<HeartbeatOptions>
    {
        public ValidateOptionsResult Validate(string? name, HeartbeatOptions options) =>
            options.Faults().ToList() is { Count: > 0 } faults
                ? ValidateOptionsResult.Fail(faults)
                : ValidateOptionsResult.Success;
    }
}
