using System.ComponentModel;

namespace RunLedger.Service.Overview;

/// <summary>A process of the service that was seen lately.</summary>
sealed record ReplicaFigures
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required DateTime StartedAt { get; init; }
    public required DateTime SeenAt { get; init; }

    [Description("False when it was not seen for 30 seconds.")]
    public required bool Alive { get; init; }

    [Description("Messages it committed since it started.")]
    public required long Commits { get; init; }
}
