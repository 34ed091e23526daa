using System.ComponentModel;

namespace RunLedger.Service.Grid;

/// <summary>A component in one run: its last attempt.</summary>
sealed record GridCell
{
    public required Guid ComponentRunId { get; init; }
    public required string Status { get; init; }

    [Description("From start to end; null where one of them is not known.")]
    public required double? Seconds { get; init; }

    [Description("How many components of the run go by this name: more than one when it was tried again.")]
    public required int Attempts { get; init; }
}
