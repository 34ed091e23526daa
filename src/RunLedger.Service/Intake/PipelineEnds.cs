using RunLedger.Contracts;

namespace RunLedger.Service.Intake;

/// <summary>How the run of a pipeline, or a part of it, ended, by the words of those who tell of it.</summary>
static class PipelineEnds
{
    /// <summary>All the words, as a sender is told them.</summary>
    public const string Send = "success, failure, error, timeout, cancellation or skip";

    // Blank ones: `with` keeps the contract and fills in the members, the required ones too.
    static readonly (RunObservation Run, StepObservation Step)
        Completed = (Activator.CreateInstance<RunCompleted>(), Activator.CreateInstance<StepCompleted>()),
        Failed = (Activator.CreateInstance<RunFailed>(), Activator.CreateInstance<StepFailed>()),
        Cancelled = (Activator.CreateInstance<RunCancelled>(), Activator.CreateInstance<StepCancelled>());

    static readonly Dictionary<string, (RunObservation Run, StepObservation Step)> Words =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["success"] = Completed,
            ["failure"] = Failed,
            ["error"] = Failed,
            ["timeout"] = Failed,
            ["cancellation"] = Cancelled,
            ["skip"] = Cancelled,
            // CDEvents.
            ["cancel"] = Cancelled,
            // GitHub's conclusions.
            ["cancelled"] = Cancelled,
            ["skipped"] = Cancelled,
            ["timed_out"] = Failed,
            ["startup_failure"] = Failed,
            // Jenkins' results.
            ["unstable"] = Failed,
            ["aborted"] = Cancelled,
            ["not_built"] = Cancelled,
        };

    /// <summary>Of a run, and of a part of one; null where the word is not known.</summary>
    public static (RunObservation Run, StepObservation Step)? Of(string? word) =>
        word is not null && Words.TryGetValue(word, out var end) ? end : null;

    /// <summary>Where nobody says how it ended, but whether it failed.</summary>
    public static (RunObservation Run, StepObservation Step) Of(bool failed) => failed ? Failed : Completed;

    /// <summary>What was skipped has not started either.</summary>
    public static bool IsSkipped(string? word) => word?.ToUpperInvariant() is "SKIP" or "SKIPPED" or "NOT_BUILT";
}
