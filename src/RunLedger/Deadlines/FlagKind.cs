namespace RunLedger.Deadlines;

/// <summary>What the ledger infers.</summary>
enum FlagKind
{
    Stuck,
    Orphan,
}
