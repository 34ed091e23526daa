namespace RunLedger.Cli.Replaying;

enum ReplayKind
{
    Observation,
    Lineage,
}
