using RunLedger.Retention;

namespace RunLedger.Service.Serve;

/// <summary>The ledger's options as the configuration names them.</summary>
static class LedgerSettings
{
    public static void Apply(IConfiguration settings, RunLedgerOptions options)
    {
        settings.GetSection(RunLedgerOptions.Section).Bind(options);
        settings.GetSection(ArchiveOptions.Section).Bind(options.Archive);
        options.Postgres = settings.GetConnectionString("Postgres") is { Length: > 0 } postgres ? postgres : null;
    }
}
