using RunLedger.Storage.Rows;

namespace RunLedger.Service.Candidates;

/// <summary>Where a candidate's runs and their components are: in the ledger's tables, or in the archive's.</summary>
sealed record CandidateTables(string Runs, string Components)
{
    static readonly CandidateTables Ledger = new(LedgerTable.Runs.Rows, LedgerTable.Components.Rows);
    static readonly CandidateTables Archive = new(LedgerTable.Runs.Archive, LedgerTable.Components.Archive);

    /// <summary>Those that are read; a run that leaves between two questions may be in both.</summary>
    public static IReadOnlyList<CandidateTables> Of(bool archived) => archived ? [Ledger, Archive] : [Ledger];
}
