using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using RunLedger.Retention;

namespace RunLedger.Service.Settings;

/// <summary>The ledger's options as the configuration names them.</summary>
static partial class LedgerSettings
{
    /// <exception cref="OptionsValidationException">
    /// A setting has a name or a value that nothing can be made of.
    /// </exception>
    public static void Apply(IConfiguration settings, RunLedgerOptions options)
    {
        Bind(settings.GetSection(RunLedgerOptions.Section), options);
        Bind(settings.GetSection(ArchiveOptions.Section), options.Archive);
        options.Postgres = settings.GetConnectionString("Postgres") is { Length: > 0 } postgres ? postgres : null;
    }

    /// <param name="section">What to read.</param>
    /// <param name="options">Where to.</param>
    /// <param name="quote">Whether a message may repeat what it cannot read; false where that may be a secret.</param>
    /// <exception cref="OptionsValidationException">
    /// A setting has a name or a value that nothing can be made of.
    /// </exception>
    public static void Bind(IConfigurationSection section, object options, bool quote = true)
    {
        try
        {
            // Strict, or the binder would pass over a list or dictionary entry that it cannot read.
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            // For a list or dictionary the binder says what went wrong with which entry one level below.
            var fault = e.InnerException is InvalidOperationException entry ? entry.Message : e.Message;
            throw new OptionsValidationException(
                section.Key,
                options.GetType(),
                [$"{section.Key}: {(quote ? fault : Quoted().Replace(fault, "value at "))}"]);
        }
    }

    [GeneratedRegex("value '.*' at ", RegexOptions.Singleline)]
    private static partial Regex Quoted();
}
