using System.ComponentModel;
using RunLedger.Deadlines;

namespace RunLedger.Service.Policies;

/// <summary>The limits that count, in the order in which they are tried.</summary>
sealed record PoliciesAnswer(
    [property: Description("The first whose candidate matches counts, alone; the last is the default.")]
    IReadOnlyList<PolicyAnswer> Items,
    [property: Description("How often runs that passed a limit are looked for, as hh:mm:ss.")] TimeSpan SweepEvery)
{
    public static PoliciesAnswer From(DeadlineOptions options) =>
        new([.. options.Policies.Append(options.Default).Select(PolicyAnswer.From)], options.SweepEvery);
}

/// <summary>A policy as clients read it; durations are hh:mm:ss, and a limit that is null does not exist.</summary>
sealed record PolicyAnswer(
    [property: Description("The candidates it is for; * and ? are wildcards.")] string Candidate,
    [property: Description("Observed and not started for so long: stuck.")] TimeSpan? Start,
    [property: Description("Started and not ended for so long: stuck.")] TimeSpan? Run,
    [property: Description("Nothing heard for so long: stuck.")] TimeSpan? Quiet,
    [property: Description("Without its counterpart for so long: orphan.")] TimeSpan? OrphanGrace)
{
    public static PolicyAnswer From(DeadlinePolicy policy) =>
        new(policy.Candidate, policy.Start, policy.Run, policy.Quiet, policy.OrphanGrace);
}
