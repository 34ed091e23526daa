using System.ComponentModel;
using RunLedger.Deadlines;

namespace RunLedger.Service.Policies;

/// <summary>The limits that count, in the order in which they are tried.</summary>
sealed record PoliciesAnswer(
    [property: Description("The first whose candidate matches counts, alone; the last is the default.")]
    IReadOnlyList<PolicyAnswer> Items,
    [property: Description("How often runs that passed a limit are looked for, as hh:mm:ss.")] TimeSpan SweepEvery)
{
    public static PoliciesAnswer Of(DeadlineOptions options) =>
        new([.. options.Policies.Append(options.Default).Select(PolicyAnswer.Of)], options.SweepEvery);
}
