namespace RunLedger.Cli.Replay;

enum ReplayKind
{
    Observation,
    Lineage,
}
