using Microsoft.Extensions.Options;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Service.Dossier;
using RunLedger.Service.Settings;
using RunLedger.Signing;
using RunLedger.Storage;

namespace RunLedger.Service.Checkpoints;

/// <summary>What vouches for sealed commits.</summary>
static class CheckpointRegistration
{
    /// <exception cref="OptionsValidationException">Commits are sealed, and no key can be used.</exception>
    public static IServiceCollection AddCheckpoints(
        this IServiceCollection services, IConfiguration settings, RunLedgerOptions ledger)
    {
        var options = new CheckpointOptions();
        LedgerSettings.Bind(settings.GetSection(CheckpointOptions.Section), options);
        services.AddOptions<CheckpointOptions>()
            .Configure(bound => LedgerSettings.Bind(settings.GetSection(CheckpointOptions.Section), bound))
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new SealAdoption(
            provider.GetRequiredService<ILedgerTransactions>(), provider.GetRequiredService<CommitSealing>()));
        if (ledger.Sealing.Enabled)
        {
            var key = Key(
                options.SigningKey ?? settings[$"{DossierOptions.Section}:{nameof(DossierOptions.SigningKey)}"]);
            services.AddSingleton(provider => new Sealing.Checkpoints(
                provider.GetRequiredService<ILedgerTransactions>(),
                checkpoint => SignedCheckpoint.Write(checkpoint, key),
                provider.GetRequiredService<TimeProvider>()));
            if (ledger.Archive.Directory is { } archive)
            {
                services.AddSingleton(provider =>
                    new SliceLog(provider.GetRequiredService<ILedgerTransactions>(), archive));
            }
        }

        return services.AddHostedService<CheckpointLoop>();
    }

    static SigningKey Key(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            throw new OptionsValidationException(CheckpointOptions.Section, typeof(CheckpointOptions),
                ["RunLedger__Sealing__Enabled needs a key that signs checkpoints: make one with key create --signing, "
                    + "and name it in Checkpoint__SigningKey or Dossier__SigningKey."]);
        }

        var (key, fault) = SigningKey.Read(path);
        return key ?? throw new OptionsValidationException(
            CheckpointOptions.Section, typeof(CheckpointOptions), [$"Checkpoint:SigningKey: {path} {fault}."]);
    }
}
