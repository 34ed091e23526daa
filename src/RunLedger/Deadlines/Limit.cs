namespace RunLedger.Deadlines;

/// <summary>What a flag in the evidence says was passed or is missing.</summary>
static class Limit
{
    /// <summary>Stuck: observed, and never started.</summary>
    public const string Start = "start";

    /// <summary>Stuck: started, and not ended in time.</summary>
    public const string Run = "run";

    /// <summary>Stuck: nothing heard for too long.</summary>
    public const string Quiet = "quiet";

    /// <summary>Orphan: a run known only from its components.</summary>
    public const string NoRun = "no_run";

    /// <summary>Orphan: a run whose parent nobody reported.</summary>
    public const string NoParent = "no_parent";

    /// <summary>Orphan: a component still open after its run ended.</summary>
    public const string RunEnded = "run_ended";
}
