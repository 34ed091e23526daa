using System.ComponentModel;
using RunLedger.Deadlines;

namespace RunLedger.Service.Policies;

/// <summary>A policy as clients read it; durations are hh:mm:ss, and a limit that is null does not exist.</summary>
sealed record PolicyAnswer(
    [property: Description("The candidates it is for; * and ? are wildcards.")] string Candidate,
    [property: Description("Observed and not started for so long: stuck.")] TimeSpan? Start,
    [property: Description("Started and not ended for so long: stuck.")] TimeSpan? Run,
    [property: Description("Nothing heard for so long: stuck.")] TimeSpan? Quiet,
    [property: Description("Without its counterpart for so long: orphan.")] TimeSpan? OrphanGrace)
{
    public static PolicyAnswer Of(DeadlinePolicy policy) =>
        new(policy.Candidate, policy.Start, policy.Run, policy.Quiet, policy.OrphanGrace);
}
