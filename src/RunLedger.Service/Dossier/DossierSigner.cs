using System.Text.Json;
using Microsoft.Extensions.Options;
using RunLedger.Signing;

namespace RunLedger.Service.Dossier;

/// <summary>Signs dossiers with the key of the configuration, which it reads once.</summary>
/// <exception cref="OptionsValidationException">There is a setting, and no key that can be used.</exception>
sealed class DossierSigner(IOptions<DossierOptions> options) : IDisposable
{
    readonly SigningKey? _key = Read(options.Value.SigningKey);

    /// <summary>Null where there is none.</summary>
    public VerifyingKey? Public => _key?.Public;

    public byte[] Sign(DossierDocument document) =>
        SignedDocument.Write(JsonSerializer.SerializeToElement(document, DossierJson.Default.DossierDocument), _key);

    static SigningKey? Read(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return null;
        var (key, fault) = SigningKey.Read(path);
        return key ?? throw new OptionsValidationException(
            DossierOptions.Section, typeof(DossierOptions), [$"Dossier:SigningKey: {path} {fault}."]);
    }

    public void Dispose() => _key?.Dispose();
}
