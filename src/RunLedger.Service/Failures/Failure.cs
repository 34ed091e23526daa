namespace RunLedger.Service.Failures;

/// <summary>That a run or a component failed.</summary>
/// <param name="Run">The run, or that of the component.</param>
/// <param name="Candidate">The run's.</param>
/// <param name="Component">Its name; null for a run itself.</param>
/// <param name="Error">The beginning of the text.</param>
/// <param name="Shape">That with what differs folded.</param>
/// <param name="At">When it ended.</param>
/// <param name="EndedRun">The run failed by it: it is one itself, or its own error tells of this component's.</param>
sealed record Failure(
    Guid Run, string Candidate, string? Component, string? Error, string Shape, DateTime At, bool EndedRun)
{
    /// <summary>
    /// With less in common than this, one text stands in another by chance: "1", "failed", a code of an exit.
    /// </summary>
    const int LeastInCommon = 12;

    /// <summary>
    /// Every failure once: a run that failed with the error of one of its components is told by that component, the
    /// last of them where several have it. Where the texts do not show it, both stay.
    /// </summary>
    public static List<Failure> Once(IReadOnlyList<Failure> failures)
    {
        var components = failures.Where(failure => failure.Component is not null).ToLookup(failure => failure.Run);
        var causes = new HashSet<Failure>(ReferenceEqualityComparer.Instance);
        var told = new HashSet<Failure>(ReferenceEqualityComparer.Instance);
        foreach (var run in failures.Where(failure => failure.Component is null))
        {
            var cause = components[run.Run].Where(component => component.Tells(run)).MaxBy(component => component.At);
            if (cause is null)
                continue;
            causes.Add(cause);
            told.Add(run);
        }

        return
        [
            .. failures.Where(failure => !told.Contains(failure))
                .Select(failure => causes.Contains(failure) ? failure with { EndedRun = true } : failure),
        ];
    }

    // The texts are the same, or one has the other in it, long enough to be no chance.
    bool Tells(Failure run) => Tells(Error, run.Error);

    /// <summary>Whether a component's error is that of its run.</summary>
    public static bool Tells(string? component, string? run)
    {
        var (own, runs) = ((component ?? "").Trim(), (run ?? "").Trim());
        if (own.Length == 0 || runs.Length == 0)
            return false;
        return own == runs
            || (own.Length >= LeastInCommon && runs.Contains(own, StringComparison.Ordinal))
            || (runs.Length >= LeastInCommon && own.Contains(runs, StringComparison.Ordinal));
    }
}
