using RunLedger.Folding;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>A run in one sentence.</summary>
static class RunSummary
{
    /// <param name="run">The header.</param>
    /// <param name="components">What is known of its components.</param>
    /// <param name="now">For what still runs.</param>
    public static string Of(RunRow run, RunComponents components, DateTime now)
    {
        var took = run is { StartedAt: { } started, EndedAt: { } ended } ? ended - started : (TimeSpan?)null;
        var where = components.Failed is { } failed ? $" in {failed.ComponentRole ?? "component"} {Name(failed)}" : "";
        var head = run.Status switch
        {
            RunStatus.Completed => $"completed{After(took)}",
            RunStatus.Failed => $"failed{After(took)}{where}",
            RunStatus.Cancelled => $"cancelled{After(took)}",
            RunStatus.Stuck => $"stuck: {Since(run, now)} and no end",
            RunStatus.Orphan => "orphan: its counterpart was never observed",
            RunStatus.Observed => "observed, and not started yet",
            _ => Since(run, now),
        };
        if (run.Attempt > 1)
            head += $", attempt {run.Attempt}";
        return components.All == 0 ? head
            : $"{head}; {Phrases.Count(components.Counts.GetValueOrDefault(RunStatus.StepCompleted))} of "
                + $"{Phrases.Count(components.All)} components done";
    }

    public static string Name(ComponentRow component) =>
        component.DotCode ?? component.EventCode ?? component.ComponentRole ?? $"{component.ComponentRunId}"[..8];

    static string After(TimeSpan? took) => took is not { } span ? ""
        : span < TimeSpan.Zero ? $" {Phrases.Long(-span)} before it started (clocks disagree)"
        : $" after {Phrases.Long(span)}";

    static string Since(RunRow run, DateTime now) =>
        run.StartedAt is { } started ? $"running for {Phrases.Long(now - started)}" : "heard of, and not started";
}
