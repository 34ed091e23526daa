namespace RunLedger.Folding;

/// <summary>The nine statuses of a row; in the tables and in JSON they are snake_case.</summary>
enum RunStatus
{
    Observed,
    Started,
    StepStarted,
    StepCompleted,
    Completed,
    Failed,
    Stuck,
    Cancelled,
    Orphan,
}
