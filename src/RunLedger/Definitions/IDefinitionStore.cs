using RunLedger.Contracts;

namespace RunLedger.Definitions;

/// <summary>Which candidates became definitions.</summary>
interface IDefinitionStore
{
    /// <summary>
    /// Keeps the definition, unless a later one is known; when this returns, every run that is written from now on
    /// takes it. Returns the definition that counts.
    /// </summary>
    Task<string> Define(ProcessDefined defined, CancellationToken cancellationToken);

    /// <summary>
    /// Gives the definition to runs of the candidate that are there already; how many, at most a slice.
    /// </summary>
    Task<int> BackFill(string candidate, string definition, int limit, CancellationToken cancellationToken);
}
