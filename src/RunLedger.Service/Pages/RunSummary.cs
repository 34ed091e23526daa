using RunLedger.Runs;

namespace RunLedger.Service.Pages;

/// <summary>A run in one sentence.</summary>
static class RunSummary
{
    /// <param name="run">The header.</param>
    /// <param name="components">Its components, or the first of them.</param>
    /// <param name="more">Whether there are more of them.</param>
    /// <param name="now">For what still runs.</param>
    public static string Of(RunRow run, IReadOnlyList<ComponentRow> components, bool more, DateTime now)
    {
        var took = run is { StartedAt: { } started, EndedAt: { } ended } ? ended - started : (TimeSpan?)null;
        var where = components.Where(component => component.Status == RunStatus.Failed)
            .OrderBy(component => component.EndedAt).FirstOrDefault() is { } failed && run.Status == RunStatus.Failed
                ? $" in {failed.ComponentRole ?? "component"} {Name(failed)}"
                : "";
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
        var done = components.Count(component => component.Status == RunStatus.StepCompleted);
        return components.Count == 0 ? head
            : $"{head}; {Words.Count(done)} of {Words.Count(components.Count)}{(more ? "+" : "")} components done";
    }

    public static string Name(ComponentRow component) =>
        component.DotCode ?? component.EventCode ?? component.ComponentRole ?? $"{component.ComponentRunId}"[..8];

    static string After(TimeSpan? took) => took is not { } span ? ""
        : span < TimeSpan.Zero ? $" {Words.Long(-span)} before it started (clocks disagree)"
        : $" after {Words.Long(span)}";

    static string Since(RunRow run, DateTime now) =>
        run.StartedAt is { } started ? $"running for {Words.Long(now - started)}" : "heard of, and not started";
}
