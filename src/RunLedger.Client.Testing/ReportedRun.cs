namespace RunLedger.Client.Testing;

/// <summary>A run as the ledger would record it from what was published.</summary>
public sealed record ReportedRun
{
    /// <summary>The run's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it is a run of.</summary>
    public required string Candidate { get; init; }

    /// <summary>The status as in the tables, for example <c>completed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The wire key.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>The run it is nested in; null for none.</summary>
    public required Guid? ParentRunId { get; init; }

    /// <summary>Where the output is; null where nobody said.</summary>
    public required string? OutputRef { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public required string? ErrorRef { get; init; }

    /// <summary>Its steps, in the order in which they started.</summary>
    public required IReadOnlyList<ReportedStep> Steps { get; init; }

    /// <summary>
    /// What an operator would frown at, in words: a run that never ended, a step that is still open after it, a step
    /// outside its run, a key that was used for two runs, ends that contradict each other. Empty where all is well.
    /// </summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>
    /// <c>Completed</c> for a run that ended well and has no problems; else its status, its error and its problems:
    /// what an assertion should print.
    /// </summary>
    public string Outcome
    {
        get
        {
            var status = string.Concat(Status.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
            string[] more = [.. ErrorRef is null ? Array.Empty<string>() : [ErrorRef], .. Problems];
            return more.Length == 0 ? status : $"{status}: {string.Join("; ", more)}";
        }
    }

    /// <summary>Its candidate and outcome.</summary>
    public override string ToString() => $"{Candidate} {Outcome}";
}
