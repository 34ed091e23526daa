namespace RunLedger.Contracts;

/// <summary>The kinds of system that may speak; anything else is set aside as rejected.</summary>
public static class SourceSystems
{
    /// <summary>Commands of the runtime.</summary>
    public const string DotRuntime = "dot_runtime";

    /// <summary>Workers of a job queue.</summary>
    public const string JobQueue = "job_queue";

    /// <summary>A workflow engine, such as one that speaks OpenLineage.</summary>
    public const string WorkflowEngine = "workflow_engine";

    /// <summary>A rehearsal.</summary>
    public const string DryRun = "dry_run";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [DotRuntime, JobQueue, WorkflowEngine, DryRun];
}
