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

    /// <summary>All of them, with the one sentence that each has.</summary>
    public static readonly IReadOnlyList<LimitTraits> All =
    [
        new(Start, FlagKind.Stuck,
            "It was observed and has not started within {0}.", "it was observed and not started for {0}"),
        new(Run, FlagKind.Stuck, "It started and has not ended within {0}.", "it was started and not ended for {0}"),
        new(Quiet, FlagKind.Stuck, "Nothing was heard of it for {0}.", "nothing was heard of it for {0}"),
        new(NoRun, FlagKind.Orphan,
            "Only its components were observed, for {0}.", "its counterpart was not seen for {0} (no_run)"),
        new(NoParent, FlagKind.Orphan,
            "Its parent {1} was not observed within {0}.", "its counterpart was not seen for {0} (no_parent)"),
        new(
            RunEnded,
            FlagKind.Orphan,
            "Its component {1} is still open {0} after the run ended.",
            "its counterpart was not seen for {0} (run_ended)"),
    ];

    /// <summary>Null for a limit of a newer version.</summary>
    public static LimitTraits? Find(string name) => All.FirstOrDefault(limit => limit.Name == name);
}
