using Microsoft.Extensions.Options;
using RunLedger.Retention;

namespace RunLedger.Service.Serve;

/// <summary>The ledger's options as the configuration names them.</summary>
static class LedgerSettings
{
    /// <exception cref="OptionsValidationException">A setting has a name or a value that nothing can be made of.</exception>
    public static void Apply(IConfiguration settings, RunLedgerOptions options)
    {
        Bind(settings.GetSection(RunLedgerOptions.Section), options);
        Bind(settings.GetSection(ArchiveOptions.Section), options.Archive);
        options.Postgres = settings.GetConnectionString("Postgres") is { Length: > 0 } postgres ? postgres : null;
    }

    // Strict, or the binder would pass over a list or dictionary entry that it cannot read.
    public static void Bind(IConfigurationSection section, object options)
    {
        try
        {
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            throw new OptionsValidationException(section.Key, options.GetType(), [$"{section.Key}: {e.Message} {e.InnerException?.Message}".TrimEnd()]);
        }
    }
}
