namespace RunLedger.Runs;

/// <summary>What the ledger infers.</summary>
enum FlagKind
{
    Stuck,
    Orphan,
}
