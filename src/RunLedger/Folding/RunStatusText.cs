namespace RunLedger.Folding;

/// <summary>The nine statuses: the one place that says how they are spelt and what is true of each.</summary>
static class RunStatusText
{
    /// <summary>In the order of the enum.</summary>
    public static readonly IReadOnlyList<StatusTraits> Traits =
    [
        new(RunStatus.Observed, "observed") { IsOpenComponent = true },
        new(RunStatus.Started, "started"),
        new(RunStatus.StepStarted, "step_started") { IsOpenComponent = true },
        new(RunStatus.StepCompleted, "step_completed") { EndsComponent = true },
        new(RunStatus.Completed, "completed") { EndsRun = true, IsRetained = true },
        new(RunStatus.Failed, "failed") { EndsRun = true, EndsComponent = true, IsRetained = true },
        new(RunStatus.Stuck, "stuck") { IsRetained = true },
        new(RunStatus.Cancelled, "cancelled") { EndsRun = true, EndsComponent = true, IsRetained = true },
        new(RunStatus.Orphan, "orphan") { IsRetained = true },
    ];

    public static IReadOnlyList<string> All { get; } = TextsOf(_ => true);

    public static string Text(this RunStatus status) => Traits[(int)status].Text;

    public static IReadOnlyList<string> TextsOf(Func<StatusTraits, bool> which) =>
        [.. Traits.Where(which).Select(traits => traits.Text)];

    /// <summary>The texts as a list in SQL: <c>'completed', 'failed'</c>.</summary>
    public static string SqlOf(Func<StatusTraits, bool> which) =>
        string.Join(", ", TextsOf(which).Select(text => $"'{text}'"));

    /// <exception cref="FormatException">The text is none of the nine.</exception>
    public static RunStatus Parse(string text)
    {
        // A loop without a closure: rows are read by the thousand.
        foreach (var traits in Traits)
        {
            if (traits.Text == text)
                return traits.Status;
        }

        throw new FormatException($"'{text}' is no status; one of {string.Join(", ", All)} is.");
    }
}
