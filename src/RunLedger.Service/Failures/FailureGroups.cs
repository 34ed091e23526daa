using System.ComponentModel;

namespace RunLedger.Service.Failures;

/// <summary>Failures by what failed and how; the most of the last hour first, then the newest.</summary>
sealed record FailureGroups
{
    public required DateTime Since { get; init; }
    public required IReadOnlyList<FailureGroup> Items { get; init; }

    [Description("True when more failed than is looked at: only the newest are counted.")]
    public required bool Truncated { get; init; }
}
