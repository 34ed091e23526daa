using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Outward;

/// <summary>
/// What calls others: with a guard on where, a limit on how long, and secrets that stay what they are.
/// </summary>
static class OutwardRegistration
{
    public static IServiceCollection AddOutward(this IServiceCollection services)
    {
        services.AddOptions<OutwardOptions>()
            .Configure<IConfiguration>((options, settings) =>
                LedgerSettings.Bind(settings.GetSection(OutwardOptions.Section), options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<OutwardOptions>, OutwardValidation>());
        services.TryAddSingleton<AddressGuard>();
        services.TryAddSingleton<OutwardHttp>();
        services.TryAddSingleton<SecretReader>();
        return services;
    }

    sealed class OutwardValidation : IValidateOptions<OutwardOptions>
    {
        public ValidateOptionsResult Validate(string? name, OutwardOptions options) =>
            options.Faults().ToList() is { Count: > 0 } faults
                ? ValidateOptionsResult.Fail(faults)
                : ValidateOptionsResult.Success;
    }
}
