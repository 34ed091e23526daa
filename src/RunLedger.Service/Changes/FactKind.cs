namespace RunLedger.Service.Changes;

/// <summary>What a fact of a run is about; of two that are as surprising the first tells more.</summary>
enum FactKind
{
    Component,
    Status,
    Version,
    Attempt,
    Error,
    Duration,
    Evidence,
    Output,
    Input,
    Role,
    Source,
    Definition,
}
