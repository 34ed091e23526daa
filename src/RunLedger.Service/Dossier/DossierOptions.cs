namespace RunLedger.Service.Dossier;

/// <summary>By whom dossiers are signed.</summary>
sealed class DossierOptions
{
    /// <summary>The configuration section, <c>Dossier</c>.</summary>
    public const string Section = "Dossier";

    /// <summary>The file of the private key; <c>key create --signing</c> makes one. Read once, at start.</summary>
    /// <value>The default is null: dossiers are unsigned, and say so.</value>
    public string? SigningKey { get; set; }
}
