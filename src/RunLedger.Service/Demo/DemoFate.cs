namespace RunLedger.Service.Demo;

/// <summary>What becomes of a run of the demo.</summary>
enum DemoFate
{
    /// <summary>All goes well.</summary>
    Completed,

    /// <summary>A workflow: its steps start runs of their own.</summary>
    Nested,

    /// <summary>A step fails, is tried again under a new component id, and then all goes well.</summary>
    Retried,

    /// <summary>A step fails, and the run with it.</summary>
    Failed,

    /// <summary>Somebody stops it between two steps.</summary>
    Cancelled,

    /// <summary>Still at it, with a heartbeat.</summary>
    Running,

    /// <summary>Waits in its queue.</summary>
    Waiting,
}
