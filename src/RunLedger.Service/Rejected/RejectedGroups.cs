using System.ComponentModel;

namespace RunLedger.Service.Rejected;

/// <summary>What is set aside and waits for somebody, by what is wrong with it; the largest group first.</summary>
sealed record RejectedGroups
{
    public required IReadOnlyList<RejectedGroup> Items { get; init; }

    [Description("True when there are more open rows, or groups, than were looked at: the newest were.")]
    public required bool Truncated { get; init; }
}
