namespace RunLedger.Service.Dossier;

/// <summary>Which components of a run were observed. The numbers stand in <see cref="DossierSql"/>.</summary>
[Flags]
enum RunParts
{
    None = 0,
    Producer = 1,
    Verifier = 2,
    ProducerCompleted = 4,
    VerifierCompleted = 8,
}
